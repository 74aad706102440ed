import { describe, expect, test } from "vitest";
import type { Policy } from "../../../contract/agents.ts";
import { newId } from "../../../contract/ids.ts";
import { beyondLender } from "../../../worker/agents/object/beyond-lender.ts";

const budget = { calls: 1, cpuMs: 1, wallMs: 1, usdMicros: 1 };
const runs = (agent: string): Policy["grants"][string] => ({ verb: "agent.run", agent, budget });
describe("what an agent's run may be lent", () => {
	test("an id means its agent, though another one took that id for its name", () => {
		const [lender, other, child] = [newId("agt"), newId("agt"), newId("agt")];
		const asked = (name: string) =>
			beyondLender({ agentId: child, name }, { grants: { work: runs(other) } }, ["work"], {
				agentId: lender,
				names: { [child]: child },
				policies: [{ grants: { work: runs(child) }, flow: "approve" }],
			});
		expect(asked("child")).toMatchObject({ code: "capability_not_granted" });
		expect(asked(other)).toMatchObject({ code: "capability_not_granted" });
	});
});
