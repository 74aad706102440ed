import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type AgentUnderTest, goodEnd, makeAgent } from "./agent-under-test.ts";

const ARGS = JSON.stringify([{ url: "https://example.com/", method: "GET", headers: [], body: null, redirect: "follow" }]);
const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;
const stubOf = ({ object }: AgentUnderTest): DurableObjectStub<undefined> => {
	if (!isStub(object)) throw new Error("the agent's object is a stub");
	return object;
};

/** A run with two calls under way. */
const makeBusyRun = async (): Promise<{ agent: AgentUnderTest; runId: string; callId: string }> => {
	const agent = await makeAgent({ grants: { web: { verb: "http.fetch", allow: [{ host: "example.com" }] } } });
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const call = { runId: command.runId, attempt: 1, grant: "web", method: "fetch", args: ARGS, locator: agent.locator };
	const [first] = [await agent.object.beginCall(call), await agent.object.beginCall(call)];
	if (first.kind !== "act") throw new Error(`the call is to be allowed: ${JSON.stringify(first)}`);
	return { agent, runId: command.runId, callId: first.callId };
};

/** What is left of a run with two open calls once it has ended. */
const expectClosed = async (agent: AgentUnderTest, runId: string): Promise<void> => {
	const calls = (await agent.object.calls(runId, 0, 10)) ?? [];
	expect(calls.map((call) => [call.status, call.error?.code, call.cost.calls])).toEqual([
		["unknown", "unknown", 1],
		["unknown", "unknown", 1],
	]);
	const day = (await agent.object.budget(agent.entry))?.windows.day;
	expect(Object.values(day?.held ?? { none: -1 }).filter((amount) => amount !== 0)).toEqual([]);
	expect(day?.settled).toMatchObject({ runs: 1, calls: 2 });
	const run = await agent.object.run(runId);
	expect(run?.usage).toMatchObject({ calls: 2, egressBytes: day?.settled.egressBytes, usdMicros: day?.settled.usdMicros });
	expect(run?.usage.egressBytes).toBeGreaterThan(0);
};

describe("a call that is under way when its run ends", () => {
	it("is unknown and charged in full in the step that ends a run whose executor told its end", async () => {
		const { agent, runId } = await makeBusyRun();
		const run = await agent.object.finish(goodEnd(runId));
		expect(run).toMatchObject({ status: "succeeded", usage: { calls: 2 } });
		await expectClosed(agent, runId);
	});

	it("is unknown and charged in full in the step that ends a run whose lease is over, though its own hold is not", async () => {
		const { agent, runId } = await makeBusyRun();
		await runInDurableObject(stubOf(agent), async (_instance, state) => {
			state.storage.sql.exec("UPDATE runs SET lease_expires_at_ms = 1");
			await state.storage.setAlarm(Date.now() + 60_000);
		});
		await runDurableObjectAlarm(stubOf(agent));
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
		await expectClosed(agent, runId);
	});

	it("keeps the end it got first, when what performed it tells another one later", async () => {
		const { agent, runId, callId } = await makeBusyRun();
		await agent.object.finish(goodEnd(runId));
		await agent.object.endCall({ callId, outcome: { kind: "done", cost: {} } });
		await expectClosed(agent, runId);
	});

	it("still gets its own end while a cancelled run's executor has not told its", async () => {
		const { agent, runId, callId } = await makeBusyRun();
		await agent.object.cancel(runId, "stop");
		await agent.object.endCall({ callId, outcome: { kind: "done", cost: { egressBytes: 20 } } });
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
		const run = await agent.object.finish(goodEnd(command.runId));
		await agent.object.release(command.runId, 1);
		expect(await agent.object.run(command.runId)).toEqual(run);
	});
});

describe("a run that has made a call", () => {
	it("is never given to anybody again: an attempt that is given back ends it as interrupted", async () => {
		const { agent, runId } = await makeBusyRun();
		await agent.object.release(runId, 1);
		expect(await agent.object.claim(agent.entry, runId)).toBeNull();
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", attempt: 1, error: { code: "interrupted" } });
		await expectClosed(agent, runId);
	});
});
