import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import { finishRun } from "../../../worker/agents/object/finish-run.ts";
import { cancelRun } from "../../../worker/agents/object/stop-runs.ts";
import { takeUp } from "../../../worker/agents/object/take-up.ts";
import { type AgentUnderTest, goodEnd, ring, seenBy, stubOf } from "../agents/agent-under-test.ts";
import { put, type RunUnderTest } from "../agents/run-under-test.ts";
import { begotten, budgetOf, give, makePair, RUN, root, runsOf, SLICE, start, until } from "./family.ts";

const NOTHING = { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };
const evict = async (agent: AgentUnderTest): Promise<void> => {
	await agent.object.agent(agent.entry);
	await evictDurableObject(stubOf(agent));
};
const hasEnded = async (run: RunUnderTest): Promise<boolean> => (await run.run()).endedAtMs !== null;
const isSettled = async (agent: AgentUnderTest): Promise<boolean> =>
	Object.values((await budgetOf(agent)).held).every((amount) => amount === 0);

describe("the end of a run ends the runs that it started", () => {
	it("when it is cancelled, those below them too, and what they used is charged to each", async () => {
		const { parent, child } = await makePair({ memory: { verb: "state" } }, { memory: { verb: "state" } });
		await give(child, { policy: { grants: { memory: { verb: "state" }, work: runsOf("self", { program: "stored" }) } } });
		const run = await root(parent);
		const { born } = await begotten(run, child);
		const budget = { ...SLICE, runs: 1, calls: 5, cpuMs: 1_000, wallMs: 10_000, usdMicros: 1_000 };
		const { born: below } = await begotten(born, child, 1, ["work", "run", { budget }]);
		await below.ask(1, put("a", 1));
		const cancelled = await parent.object.cancel(run.runId, "enough");
		expect(cancelled?.status).toBe("cancelled");
		await until(async () => (await hasEnded(born)) && (await hasEnded(below)));
		expect([(await born.run()).status, (await below.run()).status]).toEqual(["cancelled", "cancelled"]);
		expect(await born.ask(2, put("b", 1))).toMatchObject({ code: "run_ended" });
		for (const executed of [below, born, run])
			await executed.finish({ status: "cancelled", result: null, error: runError("cancelled", "enough") });
		await until(async () => (await isSettled(parent)) && (await isSettled(child)));
		const [first, second, third] = [await run.run(), await born.run(), await below.run()];
		expect(second.lent).toMatchObject({ runs: 1, calls: 1, usdMicros: third.usage.usdMicros });
		expect(first.lent).toMatchObject({ runs: 2, calls: second.usage.calls + 1, usdMicros: second.usage.usdMicros + third.usage.usdMicros });
		expect((await budgetOf(parent)).settled).toMatchObject({ runs: 3, usdMicros: first.usage.usdMicros + first.lent.usdMicros });
		expect(await run.statuses()).toEqual(["done"]);
	});

	it("when it fails or is done without them", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { born } = await begotten(run, child);
		await run.finish();
		await until(() => hasEnded(born));
		expect((await born.run()).status).toBe("cancelled");
		await born.finish({ status: "cancelled", result: null });
		await until(() => isSettled(parent));
	});

	it("when it had not been admitted yet: it never is, and nothing is charged for it", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const begun = await run.begin(1, RUN);
		if (begun.kind !== "act") throw new Error("the call starts a run");
		const { callId } = begun;
		const childRunId = `run_${callId.slice(4, 30)}${child.locator}`;
		const opened = await parent.object.openChild({
			callId,
			agent: child.entry.agentId,
			childAgentId: child.entry.agentId,
			childRunId,
			atOnce: null,
		});
		if (opened.kind !== "open") throw new Error("it is opened");
		await parent.object.cancel(run.runId, "enough");
		await run.finish({ status: "cancelled", result: null });
		await until(() => isSettled(parent));
		expect((await run.run()).lent).toEqual(NOTHING);
		expect(await run.statuses()).toEqual(["failed"]);
		const { parent: told, lender } = opened;
		expect(await child.object.admit(child.entry, child.command({ runId: childRunId, parent: told, lender }))).toMatchObject({
			kind: "refused",
			code: "run_ended",
		});
	});

	it("when nobody had begun to start it: the call is charged, and nothing that it would have lent", async () => {
		const { parent } = await makePair();
		const run = await root(parent);
		const begun = await run.begin(1, RUN);
		await parent.object.cancel(run.runId, "enough");
		await run.finish({ status: "cancelled", result: null });
		expect(await start(run, begun)).toMatchObject({ kind: "refused", code: "run_ended" });
		expect(await isSettled(parent)).toBe(true);
		expect((await budgetOf(parent)).settled).toMatchObject({ runs: 1, calls: 1, tokens: 0 });
		expect((await run.run()).lent).toEqual(NOTHING);
	});

	it("also when the object dies before it has told anybody", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { born } = await begotten(run, child);
		// The step without what follows it.
		await run.inside((state) => state.step(() => finishRun(state, { ...goodEnd(run.runId), ending: "ended" }, Date.now())));
		await evict(parent);
		expect(await hasEnded(born)).toBe(false);
		await ring(parent);
		await until(() => hasEnded(born));
		await born.finish({ status: "cancelled", result: null });
		await until(() => isSettled(parent));
	});
});

describe("a run that has started another one learns of its end", () => {
	it("when the object of that one dies before it has told", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		await born.inside((state) => state.step(() => finishRun(state, { ...goodEnd(born.runId), ending: "ended" }, Date.now())));
		await evict(child);
		expect(await run.statuses()).toEqual(["waiting"]);
		await ring(child);
		expect(seenBy(await run.wait(callId))).toMatchObject({ value: { status: "succeeded" } });
	});

	it("with a result as large as one may be", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		// Twice as long as JSON, four times within an answer.
		const result = '"'.repeat(LIMITS.resultBytes / 2 - 1);
		await born.finish({ result });
		const answer = await run.wait(callId);
		if (answer.kind !== "stored") throw new Error(`a long answer is in the store: ${answer.kind}`);
		const text = (await (await env.BLOBS.get(answer.key))?.text()) ?? "";
		expect(seenBy({ kind: "answer", text, atMs: null, streams: false })).toMatchObject({ kind: "done", value: { id: born.runId, result } });
	});

	it("once, however often it is told", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		await born.finish();
		await run.wait(callId);
		const [before, row] = [await budgetOf(parent), await run.run()];
		const used = { ...SLICE };
		await parent.object.childEnded({ callId, runId: born.runId, status: "failed", result: null, error: null, used, labels: ["private"] });
		expect([await budgetOf(parent), await run.run()]).toEqual([before, row]);
	});

	it("when nobody waits inline: it is parked meanwhile, shown as running, and executed again from its journal", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent, { inlineMs: 0 });
		const { callId, born } = await begotten(run, child);
		await run.park(callId);
		expect(await run.run()).toMatchObject({ status: "running", pendingApprovals: [] });
		await born.finish({ result: 7 });
		await until(async () => (await run.run()).status === "queued");
		await run.claim();
		expect(await run.ask(1, RUN)).toMatchObject({ kind: "done", value: { result: 7 } });
		await run.finish();
		expect((await run.run()).status).toBe("succeeded");
		expect(await isSettled(parent)).toBe(true);
	});

	it("when its own agent is disabled: it is cancelled, and that is the answer", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		await child.object.stop(child.entry, "disabled");
		await born.finish({ status: "cancelled", result: null });
		expect(seenBy(await run.wait(callId))).toMatchObject({ value: { status: "cancelled", error: { code: "cancelled" } } });
	});
});

describe("a crash starts nothing twice", () => {
	it("between the admission and the word that the call waits: the next attempt finds the same run", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const begun = await run.begin(1, RUN);
		await start(run, begun);
		// As it was before the call was known to wait.
		await run.write("UPDATE children SET status = 'opening'");
		await run.inside((state) => {
			const record = state.calls.line(begun.kind === "act" ? begun.callId : "")?.record;
			if (record !== undefined) state.calls.update({ ...record, status: "started" }, 99);
		});
		await evict(parent);
		await evict(child);
		await run.lose();
		await run.claim();
		const again = await run.begin(1, RUN);
		expect(again).toMatchObject({ kind: "act", callId: begun.kind === "act" ? begun.callId : "" });
		expect(await start(run, again)).toEqual({ kind: "started" });
		expect((await budgetOf(child)).held.runs).toBe(1);
		expect((await budgetOf(parent)).held.runs).toBe(1 + SLICE.runs - 1);
	});

	it("of the whole of it while the other run goes on: its end is still the answer", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		await evict(parent);
		await run.lose();
		await evict(child);
		await born.finish({ result: "kept" });
		await until(async () => (await run.statuses())[0] === "done");
		await run.claim();
		expect(await run.ask(1, RUN)).toMatchObject({ kind: "done", value: { result: "kept" } });
		expect(callId).toBe((await run.calls())[0]?.id);
	});
});

describe("what a call has lent", () => {
	const later = (run: RunUnderTest, ms: number) => run.inside((state) => state.step(() => takeUp(state, Date.now() + ms)));

	it("stays set aside as long as its run goes on, and is charged in full when nobody tells for a day after its end", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const { born } = await begotten(run, child);
		await later(run, 5 * 60_000 + LIMITS.upstreamMs.max);
		expect((await budgetOf(parent)).held.tokens).toBe(SLICE.tokens);
		await run.inside((state) => state.step(() => cancelRun(state, run.runId, "enough", Date.now())));
		await run.write("UPDATE children SET due_at_ms = NULL");
		await run.inside((state) => state.kin.forget());
		await later(run, 12 * LIMITS.childHoldMs);
		expect((await budgetOf(parent)).held.tokens).toBe(SLICE.tokens);
		await later(run, LIMITS.childSettleMs + 24 * LIMITS.childHoldMs);
		expect((await budgetOf(parent)).held.tokens).toBe(0);
		expect((await budgetOf(parent)).settled.tokens).toBe(SLICE.tokens);
		expect((await run.run()).lent).toEqual(SLICE);
		expect(await run.statuses()).toEqual(["unknown"]);
		await born.finish();
	});
});

describe("a call that starts a run is a call as others are", () => {
	it("waits for a person first where the grant says so, and starts one run then", async () => {
		const { parent, child } = await makePair({}, {}, { work: { approval: "always" } });
		const run = await root(parent);
		const callId = await run.waits(1, RUN);
		expect(await run.decide(callId, "approve")).toMatchObject({ kind: "decided" });
		const begun = await run.wait(callId);
		expect(begun).toMatchObject({ kind: "act", callId });
		await start(run, begun);
		expect(["wait", "parked"]).toContain((await run.look(callId)).kind);
		expect((await budgetOf(child)).held.runs).toBe(1);
	});

	it("is planned in a dry run", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent, { mode: "dry" });
		expect(await run.ask(1, RUN)).toMatchObject({ kind: "done", value: { status: "succeeded", result: null } });
		expect(await run.statuses()).toEqual(["planned"]);
		expect(await child.object.agent(child.entry)).not.toBeNull();
		expect((await budgetOf(child)).held.runs).toBe(0);
	});
});
