import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { locatorOf, newId, newRoutedId } from "../../../contract/ids.ts";
import { SCOPES } from "../../../contract/tenants.ts";
import { planCommand } from "../../../worker/runs/replay/approve-plan.ts";
import { makeAgent } from "../agents/agent-under-test.ts";
import { admitTo, GRANTS, SEND, startRun } from "../agents/run-under-test.ts";
import { ask, errorOf, newKey, newTenant } from "../http/ask.ts";

const keyWithout = async (scope: string): Promise<string> => {
	const { key } = await newTenant();
	return (await newKey(key.value, { scopes: SCOPES.filter((known) => known !== scope) })).value;
};

describe("a plan", () => {
	const digest = `sha256:${"0".repeat(64)}.${locatorOf(newId("agt"))}`;

	test("is approved by a key for approvals alone, which is asked for before anything else", async () => {
		for (const headers of [{}, { "idempotency-key": "plan-once" }]) {
			const refused = await ask("POST", "/v1/runs", { key: await keyWithout("decide:approvals"), body: { approvePlan: digest }, headers });
			expect(refused.status, refused.text).toBe(403);
			expect(errorOf(refused)).toMatchObject({ code: "forbidden", message: expect.stringContaining("decide:approvals") });
		}
		const letIn = await ask("POST", "/v1/runs", { key: await keyWithout("read:approvals"), body: { approvePlan: digest } });
		expect(errorOf(letIn).code).not.toBe("forbidden");
	});

	test("that asks a question is refused before it is taken", async () => {
		const dry = await startRun({ mode: "dry" });
		await dry.begin(1, ["ask", "ask", { question: "How much?" }]);
		await dry.begin(2, SEND);
		const plan = (await dry.finish()).run.plan;
		expect(plan?.effects.map(({ verb }) => verb)).toEqual(["human.ask", "http.fetch"]);
		const { agent } = dry;
		await expect(planCommand(env, agent.entry.tenantId, plan?.digest ?? "", {})).rejects.toMatchObject({
			code: "conflict",
			message: expect.stringContaining("env.ask.ask"),
		});
		expect(await agent.object.findPlan(plan?.digest ?? "")).toMatchObject({ executedBy: null });
	});

	test("without a question is taken", async () => {
		const agent = await makeAgent({ grants: GRANTS });
		const dry = await admitTo(agent, { mode: "dry" });
		await dry.begin(1, SEND);
		const digestOf = (await dry.finish()).run.plan?.digest ?? "";
		expect((await planCommand(env, agent.entry.tenantId, digestOf, {})).command.plan).toMatchObject({ digest: digestOf });
	});
});

describe("a key for replays alone", () => {
	const path = `/v1/runs/${newRoutedId("run", locatorOf(newId("agt")))}/replay`;

	test.each([{ from: 0 }, { from: 1, mode: "dry" }, { from: 1, mode: "live" }, { from: 0, program: "export default () => 1" }])(
		"forks nothing: %o",
		async (body) => {
			const refused = await ask("POST", path, { key: await keyWithout("write:runs"), body });
			expect(refused.status, refused.text).toBe(403);
			expect(errorOf(refused).message).toContain("write:runs");
		},
	);

	test.each([{}, { program: "export default () => 1" }])("replays: %o", async (body) => {
		const answer = await ask("POST", path, { key: await keyWithout("write:runs"), body });
		expect(errorOf(answer)).toMatchObject({ code: "not_found" });
	});
});
