import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CallRows } from "../../../worker/agents/object/call-rows.ts";
import { insertResource } from "../../../worker/resources/resource-store.ts";
import { call, doneEnd, makeAgent, stubOf } from "./agent-under-test.ts";

/** A call of this is held as its one byte, 16 and 64 tokens around it, and 100 of answer. */
const ARGS = [{ prompt: "x", maxTokens: 100 }];
const HELD = 181;

const start = async () => {
	const agent = await makeAgent({ grants: { llm: { verb: "ai.complete", models: ["m"], limits: { tokens: 2 * HELD } } } });
	const route = { provider: "openai", model: "m", secret: "s", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 };
	const description = JSON.stringify({ routes: [route] });
	await insertResource(env, { tenantId: agent.entry.tenantId, kind: "model", name: "m", description, nowMs: 1 });
	const admitted = await agent.object.admit(agent.entry, agent.command());
	if (admitted.kind !== "execute") throw new Error(`the run was ${admitted.kind}`);
	const { runId } = admitted.attempt;
	const begin = async (args: readonly unknown[] = ARGS) => call(agent, { runId, grant: "llm", method: "complete", args });
	const end = async (callId: string, tokens: number) => agent.object.endCall(doneEnd(callId, { tokens }));
	return { begin, end, agent };
};

const idOf = (answer: { kind: string; callId?: string }): string => answer.callId ?? answer.kind;

describe("a grant's tokens in a run", () => {
	it("count what is held for calls under way and what ended calls have used", async () => {
		const { begin, end } = await start();
		const [one, two] = [await begin(), await begin()];
		expect([one.kind, two.kind, await begin()]).toMatchObject(["act", "act", { kind: "error", code: "budget_exceeded" }]);
		await end(idOf(one), 1);
		expect(await begin()).toMatchObject({ kind: "error", code: "budget_exceeded" });
		await end(idOf(two), 1);
		const three = await begin();
		expect([three.kind, await begin()]).toMatchObject(["act", { kind: "error", code: "budget_exceeded" }]);
		await end(idOf(three), HELD);
		await end(idOf(three), HELD);
		expect(await begin()).toMatchObject({
			kind: "error",
			code: "budget_exceeded",
			message: expect.stringContaining(`has ${HELD - 2} of its`),
		});
	});

	it("are asked of the calls under way alone: no record of an ended one is read", async () => {
		const { agent } = await start();
		await runInDurableObject(stubOf(agent), (_instance, { storage: { sql } }) => {
			const put = "INSERT INTO calls (id, run_id, seq, status, revision, record) VALUES (?, 'r', ?, ?, 1, ?)";
			for (let seq = 1; seq <= 100; seq += 1) sql.exec(put, `ended${seq}`, seq, "done", "no JSON");
			sql.exec(put, "open", 101, "started", '{"grant":"llm"}');
			sql.exec("INSERT INTO holds (id, run_id, expires_at_ms, hold) VALUES ('open', 'r', 1, ?)", '{"amount":{"tokens":7}}');
			const calls = new CallRows(sql);
			expect([calls.tokensHeld("r", "llm"), calls.tokensHeld("r", "other"), calls.tokensHeld("s", "llm")]).toEqual([7, 0, 0]);
		});
	});
});
