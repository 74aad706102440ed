import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { stubOf } from "../agents/agent-under-test.ts";
import { admitTo } from "../agents/run-under-test.ts";
import { makeRacers } from "./racing.ts";

const MOST = Number.MAX_SAFE_INTEGER;

describe("amounts as large as whole numbers go", () => {
	it("are refused when they do not fit beside each other: nothing is counted inexactly, and the agent goes on", async () => {
		const budget = { calls: MOST, cpuMs: MOST, wallMs: MOST, usdMicros: MOST };
		const policy = { grants: { sub: { verb: "agent.run", agent: "self", budget } } } as const;
		const { agents } = await makeRacers(1, {}, {}, policy);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const run = await admitTo(agent);
		const refused = await run.ask(1, ["sub", "run", { input: 1 }]);
		expect(JSON.stringify(refused)).toContain("budget_exceeded");
		const after = await runInDurableObject(
			stubOf(agent),
			(_instance, { storage }) =>
				// As it comes back when it was evicted.
				new ObjectState(storage, env.TENANTS).facts.budget(Date.now()).lifetime.held,
		);
		expect(after).toMatchObject({ runs: 1, calls: 0 });
		expect((await run.finish()).run.status).toBe("succeeded");
		await run.expectSettled();
	});
});
