import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CallRows } from "../../../worker/agents/object/call-rows.ts";
import { insertResource } from "../../../worker/resources/resource-store.ts";
import { makeAgent } from "./agent-under-test.ts";

/** A call of this is held as its one byte, 16 and 64 tokens around it, and 100 of answer. */
const ARGS = JSON.stringify([{ prompt: "x", maxTokens: 100 }]);
const HELD = 181;

const start = async () => {
	const agent = await makeAgent({ grants: { llm: { verb: "ai.complete", models: ["m"], limits: { tokens: 2 * HELD } } } });
	const route = { provider: "openai", model: "m", secret: "s", usdMicrosPerMillionInput: 1, usdMicrosPerMillionOutput: 1 };
	const description = JSON.stringify({ routes: [route] });
	await insertResource(env, { tenantId: agent.entry.tenantId, kind: "model", name: "m", description, nowMs: 1 });
	const admitted = await agent.object.admit(agent.entry, agent.command());
	if (admitted.kind !== "execute") throw new Error(`the run was ${admitted.kind}`);
	const { runId } = admitted.attempt;
	const { locator, object } = agent;
	const begin = async (args = ARGS) => object.beginCall({ runId, attempt: 1, grant: "llm", method: "complete", args, locator });
	const end = async (callId: string, tokens: number) => object.endCall({ callId, outcome: { kind: "done", cost: { tokens } } });
	return { begin, end, object };
};

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;
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
		const { object } = await start();
		if (!isStub(object)) throw new Error("the agent's object is a stub");
		await runInDurableObject(object, (_instance, { storage: { sql } }) => {
			const put = "INSERT INTO calls (id, run_id, seq, status, revision, record) VALUES (?, 'r', ?, ?, 1, ?)";
			for (let seq = 1; seq <= 100; seq += 1) sql.exec(put, `ended${seq}`, seq, "done", "no JSON");
			sql.exec(put, "open", 101, "started", '{"grant":"llm"}');
			sql.exec("INSERT INTO holds (id, run_id, expires_at_ms, hold) VALUES ('open', 'r', 1, ?)", '{"amount":{"tokens":7}}');
			const calls = new CallRows(sql);
			expect([calls.tokensHeld("r", "llm"), calls.tokensHeld("r", "other"), calls.tokensHeld("s", "llm")]).toEqual([7, 0, 0]);
		});
	});
});
