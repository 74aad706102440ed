import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { datasetKey } from "../../../worker/blobs/blob-keys.ts";
import { insertResource } from "../../../worker/resources/resource-store.ts";
import { doneEnd, makeAgent, ring, seenBy, stubOf } from "./agent-under-test.ts";
import { type Asked, admitTo, GET, POST, put, type RunUnderTest, startRun } from "./run-under-test.ts";

/** Everything that ran is gone, the object's memory too. */
const crash = async (run: RunUnderTest) => {
	await evictDurableObject(stubOf(run.agent));
	return run.lose();
};
/** A run that waits for a person to say whether its call has happened. */
const unknownRun = async (): Promise<{ run: RunUnderTest; callId: string }> => {
	const run = await startRun();
	await run.ask(1, put("before", 1));
	const callId = await run.act(2, POST);
	expect(await crash(run)).toMatchObject({ again: false, run: { status: "waiting_approval", unresolvedCalls: [callId] } });
	return { run, callId };
};

describe("a run whose attempt died", () => {
	it("is executed again from its journal, as often as attempts may die and no more", async () => {
		const run = await startRun();
		for (let crashes = 0; crashes < LIMITS.crashesPerRun; crashes += 1) {
			await run.ask(1, put("a", 1));
			expect(await crash(run)).toMatchObject({ again: crashes === 0, run: { status: "queued", attempt: crashes + 1, error: null } });
			expect(await run.count("holds")).toBe(0);
			await run.claim();
		}
		await run.ask(1, put("a", 1));
		expect(await crash(run)).toMatchObject({ again: false, run: { status: "failed", error: { code: "executor_lost" } } });
		expect(await run.statuses()).toEqual(["done"]);
		expect((await run.run()).usage.cpuMs).toBe(8 * (LIMITS.crashesPerRun + 1));
		await run.expectSettled();
	});

	it("rests longer each time: what killed it twice may take a while to go", async () => {
		const run = await startRun();
		const rests: number[] = [];
		for (let crashes = 0; crashes < LIMITS.crashesPerRun; crashes += 1) {
			await run.lose();
			rests.push(await run.inside((state) => (state.runs.get(run.runId)?.lease_expires_at_ms ?? 0) - Date.now()));
			await run.claim();
		}
		const [, second = 0, third = 0, fourth = 0] = rests.map((ms) => Math.ceil(ms / 1_000));
		expect([second, third, fourth]).toEqual([4, 16, 64]);
	});

	it("is charged for one run, however often it is executed", async () => {
		const run = await startRun({}, {}, { day: { runs: 1 } });
		await crash(run);
		await run.claim();
		expect((await run.finish()).run.status).toBe("succeeded");
		await run.expectSettled();
	});

	it("ends when the budget cannot pay one more attempt", async () => {
		const run = await startRun({}, { limits: { cpuMs: 100, wallMs: 1_000 } }, { day: { cpuMs: 105 } });
		await crash(run);
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		expect(await run.run()).toMatchObject({ status: "budget_exceeded", error: { code: "budget_exceeded" } });
		await run.expectSettled();
	});

	it("keeps the lines that it printed, each once", async () => {
		const run = await startRun();
		const line = { atMs: 1, level: "log", text: "line" } as const;
		await run.agent.object.appendLogs(run.runId, 1, [{ ...line, seq: 1 }]);
		await run.finish({ ending: "lost", status: "failed", logs: [1, 2].map((seq) => ({ ...line, seq })) });
		expect((await run.run()).logs.map(({ seq }) => seq)).toEqual([1, 2]);
		await run.agent.object.cancel(run.runId, "stop");
		expect((await run.run()).logs.map(({ seq }) => seq)).toEqual([1, 2]);
	});
});

describe("a call whose attempt died under it", () => {
	it("is performed again with its id and its hold, if it may be repeated", async () => {
		const run = await startRun();
		const callId = await run.act(1, GET);
		const held = (await run.agent.object.budget(run.agent.entry))?.windows.day.held;
		expect(held).toMatchObject({ runs: 1, calls: 1 });
		expect(await crash(run)).toMatchObject({ again: true });
		await run.claim();
		expect((await run.agent.object.budget(run.agent.entry))?.windows.day.held).toMatchObject({
			runs: 0,
			calls: 1,
			egressBytes: held?.egressBytes,
		});
		expect(await run.act(1, GET)).toBe(callId);
		await run.agent.object.endCall(doneEnd(callId, { egressBytes: 5 }));
		expect((await run.finish()).run.usage).toMatchObject({ calls: 1, egressBytes: 5 });
		await run.expectSettled();
	});

	it("is waited for while somebody performs it, whatever it is, and its end is the answer", async () => {
		for (const asked of [GET, POST]) {
			const run = await startRun();
			const callId = await run.act(1, asked);
			expect(await run.lose()).toMatchObject({ again: true });
			await run.claim();
			expect(await run.begin(1, asked)).toEqual({ kind: "wait", callId });
			const waiting = run.wait(callId);
			expect(await run.agent.object.endCall(doneEnd(callId, { egressBytes: 5 }, "sent"))).toMatchObject({ resume: null });
			expect(seenBy(await waiting)).toEqual({ kind: "done", value: "sent" });
			await run.finish();
			expect(await run.statuses()).toEqual(["done"]);
			await run.expectSettled();
		}
	});

	it("is not parked over: a run does not wait without its isolate while a call of it is under way", async () => {
		const run = await startRun();
		const posted = await run.act(1, POST);
		const asked = await run.waits(2, ["note", "put", "k", 1]);
		await run.rewrite("state = json_set(state, '$.lastCallAtMs', 1)");
		expect((await run.look(asked)).kind).toBe("wait");
		await run.agent.object.endCall(doneEnd(posted));
		expect(await run.wait(asked)).toEqual({ kind: "parked" });
	});

	it("is unknown if it may not be repeated: it is charged in full, and its run waits for a person and holds nothing", async () => {
		const { run, callId } = await unknownRun();
		expect(await run.statuses()).toEqual(["done", "unknown"]);
		expect(await run.count("holds")).toBe(0);
		expect((await run.run()).usage.egressBytes).toBeGreaterThan(0);
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		await run.agent.object.cancel(run.runId, "stop");
		expect(await run.resolve(callId, { outcome: "repeat" })).toMatchObject({ kind: "refused", code: "conflict" });
		await run.expectSettled();
	});

	it("is unknown when the object forgot who performs it, found when it is asked for, and what it cost is not forgotten", async () => {
		const run = await startRun();
		const callId = await run.act(1, POST);
		await run.lose();
		await run.claim();
		await evictDurableObject(stubOf(run.agent));
		expect(await run.waits(1, POST)).toBe(callId);
		expect(await run.statuses()).toEqual(["unknown"]);
		await run.park(callId);
		expect(await run.run()).toMatchObject({ status: "waiting_approval", unresolvedCalls: [callId], usage: { calls: 1 } });
		await run.agent.object.cancel(run.runId, "stop");
		await run.expectSettled();
	});

	it("and was found so by the look that parks its run costs what it cost all the same", async () => {
		const run = await startRun();
		const callId = await run.act(1, POST);
		await run.lose();
		await run.claim();
		expect(await run.waits(1, POST)).toBe(callId);
		await run.rewrite("state = json_set(state, '$.lastCallAtMs', 1)");
		await run.inside((state) => state.performing.clear());
		expect(await run.look(callId)).toEqual({ kind: "parked" });
		await run.close();
		expect((await run.run()).usage.calls).toBe(1);
		await run.agent.object.cancel(run.runId, "stop");
		await run.expectSettled();
	});

	it("is given up as unknown, or may be repeated, when its hold's time is over", async () => {
		for (const asked of [GET, POST]) {
			const run = await startRun();
			const callId = await run.act(1, asked);
			await run.write(`UPDATE holds SET expires_at_ms = 1 WHERE id = '${callId}'`);
			await ring(run.agent);
			expect(await run.statuses()).toEqual([asked === GET ? "started" : "unknown"]);
			await run.lose();
			if (asked === GET) {
				await run.claim();
				expect(await run.act(1, GET)).toBe(callId);
			}
			await run.agent.object.cancel(run.runId, "stop");
			if (asked === GET) await run.finish();
			await run.expectSettled();
		}
	});
});

describe("a call of which nobody can say whether it happened", () => {
	it.each([
		["done", { outcome: "done", result: '{"status":201,"body":"made"}' }, '"$response":'],
		["failed", { outcome: "failed", message: "it did not" }, "it did not"],
	] as const)("is what a person says: %s", async (_name, resolution, text) => {
		const { run, callId } = await unknownRun();
		expect(await run.resolve(callId, resolution)).toMatchObject({ kind: "resolved", resume: true });
		expect(await run.resolve(callId, resolution)).toMatchObject({ kind: "refused", code: "conflict" });
		await run.claim();
		await run.ask(1, put("before", 1));
		const answer = await run.begin(2, POST);
		expect(answer.kind === "answer" ? answer.text.replaceAll("\\", "") : answer).toContain(text);
		await run.finish();
		expect((await run.statuses())[1]).toBe(resolution.outcome);
		await run.expectSettled();
	});

	it("is performed once more if a person says so, with its id, held anew and charged both times, and once only", async () => {
		const { run, callId } = await unknownRun();
		const charged = (await run.run()).usage.egressBytes;
		expect(await run.resolve(callId, { outcome: "repeat" })).toMatchObject({ kind: "resolved", resume: true });
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.act(2, POST)).toBe(callId);
		expect((await run.agent.object.budget(run.agent.entry))?.windows.day.held.calls).toBe(1);
		expect(await crash(run)).toMatchObject({ again: false, run: { unresolvedCalls: [callId] } });
		expect((await run.run()).usage).toMatchObject({ calls: 3, egressBytes: charged * 2 });
		await run.resolve(callId, { outcome: "repeat" });
		await run.claim();
		await run.ask(1, put("before", 1));
		await run.act(2, POST);
		await run.agent.object.endCall(doneEnd(callId, { egressBytes: 1 }, "sent"));
		expect((await run.finish()).run.usage).toMatchObject({ calls: 4, egressBytes: charged * 2 + 1 });
		expect((await run.calls())[1]).toMatchObject({ status: "done", cost: { calls: 3 } });
		await run.expectSettled();
	});

	it("is not performed once more where the budget cannot pay it", async () => {
		const { run, callId } = await unknownRun();
		await run.resolve(callId, { outcome: "repeat" });
		await run.agent.object.change(run.agent.entry, { budget: { limits: { day: { calls: 2 } } } });
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.ask(2, POST)).toMatchObject({ kind: "error", code: "budget_exceeded" });
		await run.finish();
		await run.expectSettled();
	});

	it("leaves no hold when today's policy does not let it be repeated", async () => {
		const run = await startRun();
		await run.act(1, GET);
		await crash(run);
		await run.agent.object.change(run.agent.entry, { policy: { grants: {} } });
		await run.claim();
		expect(await run.ask(1, GET)).toMatchObject({ kind: "error", code: "capability_not_granted" });
		await run.finish();
		await run.expectSettled();
	});

	it("takes the end that comes late, and its run goes on", async () => {
		const { run, callId } = await unknownRun();
		expect(await run.agent.object.endCall(doneEnd(callId, { egressBytes: 1 }, "sent"))).toMatchObject({ resume: run.runId });
		expect(await run.resolve(callId, { outcome: "repeat" })).toMatchObject({ kind: "refused", code: "conflict" });
		await run.claim();
		await run.ask(1, put("before", 1));
		expect(await run.ask(2, POST)).toEqual({ kind: "done", value: "sent" });
		expect(await run.agent.object.endCall(doneEnd(callId, {}, "another"))).toBeNull();
		await run.finish();
		await run.expectSettled();
	});

	it("is waited for among others: the run goes on when the last one is settled, and what was approved meanwhile is done then", async () => {
		const run = await startRun();
		const ids = [await run.act(1, POST), await run.act(2, POST)] as const;
		const asked = await run.waits(3, ["note", "put", "k", 1]);
		await crash(run);
		expect((await run.run()).unresolvedCalls).toEqual([...ids]);
		expect(await run.decide(asked, "approve")).toMatchObject({ resume: false });
		expect(await run.resolve(ids[1], { outcome: "failed", message: null })).toMatchObject({ resume: false });
		expect(await run.agent.object.endCall(doneEnd(ids[0]))).toMatchObject({ resume: run.runId });
		await run.claim();
		expect((await run.ask(3, ["note", "put", "k", 1])).kind).toBe("done");
		expect([(await run.ask(1, POST)).kind, (await run.ask(2, POST)).kind]).toEqual(["done", "error"]);
		await run.finish();
		await run.expectSettled();
	});
});

describe("a call of an engine beside its run", () => {
	const QUERY: Asked = ["db", "query", "select 1"];
	const WRITE: Asked = ["db", "execute", "update t set n = 2"];

	it.each([
		["read", QUERY],
		["write", WRITE],
	] as const)("dies with its attempt: one that may be repeated is, another is unknown: %s", async (effect, asked) => {
		const agent = await makeAgent({ grants: { db: { verb: "sql.query", dataset: "d", mode: "write" } } });
		const { tenantId } = agent.entry;
		const tables = [{ name: "t", columns: [{ name: "n", type: "INTEGER" }], rows: 1 }];
		const description = JSON.stringify({ content: { key: datasetKey(tenantId, "res", "one"), bytes: 5, tables }, previousKey: null });
		await insertResource(env, { tenantId, kind: "dataset", name: "d", description, nowMs: 1 });
		const run = await admitTo(agent);
		const callId = await run.act(1, asked);
		const lost = await run.lose();
		if (effect === "write") {
			expect(lost).toMatchObject({ again: false, run: { unresolvedCalls: [callId] } });
			await run.agent.object.cancel(run.runId, "stop");
		} else {
			await run.claim();
			expect(await run.act(1, asked)).toBe(callId);
			await run.agent.object.endCall(doneEnd(callId));
			await run.finish();
		}
		await run.expectSettled();
	});
});
