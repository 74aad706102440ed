import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type AgentUnderTest, call, doneEnd, FETCH_ARGS, goodEnd, heldOf, makeAgent, ring, stubOf } from "./agent-under-test.ts";

/** A run with two calls under way. `at`: what the isolate says of each. */
const makeBusyRun = async (at?: string): Promise<{ agent: AgentUnderTest; runId: string; callId: string }> => {
	const agent = await makeAgent({ grants: { web: { verb: "http.fetch", allow: [{ host: "example.com" }] } } });
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const asked = { runId: command.runId, grant: "web", method: "fetch", args: FETCH_ARGS, ...(at === undefined ? {} : { at }) };
	const [first] = [await call(agent, asked), await call(agent, asked)];
	if (first.kind !== "act") throw new Error(`the call is to be allowed: ${JSON.stringify(first)}`);
	return { agent, runId: command.runId, callId: first.callId };
};
/** What an isolate says that has made more choices than can be told: its run cannot be executed again. */
const NOT_REPEATABLE = "1 0 !";

/** What is left of a run with two open calls once it has ended. */
const expectClosed = async (agent: AgentUnderTest, runId: string): Promise<void> => {
	const calls = (await agent.object.calls(runId, 0, 10)) ?? [];
	expect(calls.map((call) => [call.status, call.error?.code, call.cost.calls])).toEqual([
		["unknown", "unknown", 1],
		["unknown", "unknown", 1],
	]);
	const day = (await agent.object.budget(agent.entry))?.windows.day;
	expect(await heldOf(agent)).toBe(0);
	expect(day?.settled).toMatchObject({ runs: 1, calls: 2 });
	const run = await agent.object.run(runId);
	expect(run?.usage).toMatchObject({ calls: 2, egressBytes: day?.settled.egressBytes, usdMicros: day?.settled.usdMicros });
	expect(run?.usage.egressBytes).toBeGreaterThan(0);
};

const endLease = async (agent: AgentUnderTest): Promise<void> => {
	await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
		storage.sql.exec("UPDATE runs SET lease_expires_at_ms = 1");
	});
	await ring(agent);
};

describe("a call that is under way when its run ends", () => {
	it("is unknown and charged in full in the step that ends a run whose executor told its end", async () => {
		const { agent, runId } = await makeBusyRun();
		const ended = await agent.object.finish(goodEnd(runId));
		expect(ended?.run).toMatchObject({ status: "succeeded", usage: { calls: 2 } });
		await expectClosed(agent, runId);
	});

	it("is unknown and charged in full in the step that ends a run whose lease is over and that cannot be repeated, though its own hold is not", async () => {
		const { agent, runId } = await makeBusyRun(NOT_REPEATABLE);
		await endLease(agent);
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
		await expectClosed(agent, runId);
	});

	it("keeps the end it got first, when what performed it tells another one later", async () => {
		const { agent, runId, callId } = await makeBusyRun();
		await agent.object.finish(goodEnd(runId));
		expect(await agent.object.endCall(doneEnd(callId))).toBeNull();
		await expectClosed(agent, runId);
	});

	it("still gets its own end while a cancelled run's executor has not told its", async () => {
		const { agent, runId, callId } = await makeBusyRun();
		await agent.object.cancel(runId, "stop");
		await agent.object.endCall(doneEnd(callId, { egressBytes: 20 }));
		await agent.object.finish(goodEnd(runId));
		expect((await agent.object.calls(runId, 0, 10))?.map((call) => call.status)).toEqual(["done", "unknown"]);
		expect((await agent.object.run(runId))?.status).toBe("cancelled");
	});
});

describe("a run that is settled", () => {
	it("keeps what it was charged when its attempt is given back late", async () => {
		const agent = await makeAgent();
		const command = agent.command();
		await agent.object.admit(agent.entry, command);
		const ended = await agent.object.finish(goodEnd(command.runId));
		await agent.object.release(command.runId, 1);
		expect(await agent.object.run(command.runId)).toEqual(ended?.run);
	});
});

describe("a run that has made a call", () => {
	it("is given to the next attempt when the first is given back, with its calls as they are", async () => {
		const { agent, runId, callId } = await makeBusyRun();
		await agent.object.release(runId, 1);
		expect(await agent.object.run(runId)).toMatchObject({ status: "queued", error: null });
		expect(await agent.object.claim(agent.entry, runId)).toMatchObject({ attempt: 2 });
		const asked = { runId, attempt: 2, grant: "web", method: "fetch", args: FETCH_ARGS };
		expect(await call(agent, asked)).toEqual({ kind: "wait", callId });
	});

	it("is never given to anybody again when its journal is not whole: an attempt that is given back ends it as interrupted", async () => {
		const { agent, runId } = await makeBusyRun(NOT_REPEATABLE);
		await agent.object.release(runId, 1);
		expect(await agent.object.claim(agent.entry, runId)).toBeNull();
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", attempt: 1, error: { code: "interrupted" } });
		await expectClosed(agent, runId);
	});
});
