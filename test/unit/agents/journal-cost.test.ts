import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { beginCall } from "../../../worker/agents/object/begin-call.ts";
import { describe as describeRun } from "../../../worker/agents/object/describe-run.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { recordingOf, storeRecordings } from "../../../worker/agents/object/record-run.ts";
import { waitedCall } from "../../../worker/agents/object/recorded-call.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callOf } from "./agent-under-test.ts";
import { admitTo, type Asked, get, POST, POST_ARGS, put, type RunUnderTest, SEND, startRun } from "./run-under-test.ts";

const MEGABYTE = 1_000_000;
/** A request whose arguments take about a megabyte. */
const large = (nth: number) => POST_ARGS.map((request) => ({ ...request, body: `${nth} ${"a".repeat(MEGABYTE)}` }));
const largePost = (nth: number): Asked => ["web", "fetch", ...large(nth)];
const largeSend = (nth: number): Asked => ["send", "fetch", ...large(nth)];

/** Statements that work makes in the object, each with SQLite's plan for it. */
const plansOf = (state: ObjectState, work: () => void): { query: string; plan: string }[] => {
	const { sql } = state;
	const queries = new Map<string, SqlStorageValue[]>();
	const exec = sql.exec.bind(sql);
	Reflect.set(sql, "exec", (query: string, ...values: SqlStorageValue[]) => {
		queries.set(query, values);
		return exec(query, ...values);
	});
	try {
		work();
	} finally {
		Reflect.deleteProperty(sql, "exec");
	}
	return [...queries].map(([query, values]) => ({
		query,
		plan: exec(`EXPLAIN QUERY PLAN ${query}`, ...values)
			.toArray()
			.map(({ detail }) => String(detail))
			.join("\n"),
	}));
};

const textsOf = (run: RunUnderTest): Promise<(string | null)[][]> =>
	run.inside((state) => state.calls.journal(run.runId).map(({ args, answer }) => [args, answer?.text ?? null]));
const stateOf = (run: RunUnderTest) => run.inside((state) => state.runs.get(run.runId)?.state);

describe("a journal of large arguments", () => {
	it("is read by index, and without its texts, where a call is new, where one that waits is looked at, and where the run is shown", async () => {
		const run = await startRun();
		const asked = await run.waits(1, largeSend(1));
		await run.act(2, largePost(2));
		await run.inside((state) => {
			const command = (place: number, [grant, method, ...args]: Asked) =>
				callOf(run.agent, { runId: run.runId, grant, method, args, place, at: `${place} 0 1,2` });
			const surroundings = { resources: NO_RESOURCES, nowMs: Date.now() };
			const plans = plansOf(state, () => {
				for (const [index, call] of [POST, SEND, put("k", 1), get("k")].entries()) {
					state.step(() => beginCall(state, command(index + 3, call), surroundings));
				}
				state.step(() => waitedCall(state, { runId: run.runId, attempt: 1, callId: asked }, surroundings));
				state.calls.unknownOf(run.runId);
				state.calls.waiting(run.runId);
				state.calls.inFlight(run.runId);
				state.calls.firstUnseen(run.runId, 2, 9);
				state.calls.hasUnseen(run.runId, 2);
				const row = state.runs.get(run.runId);
				if (row !== null) describeRun(state, run.agent.entry.agentId, row);
			});
			expect(plans.length).toBeGreaterThan(10);
			expect(plans.filter(({ plan }) => /SCAN (?:calls|call_texts|approvals|timelines|work)\b/.test(plan))).toEqual([]);
			const reads = plans.filter(({ query }) => query.trimStart().startsWith("SELECT"));
			expect(reads.filter(({ query }) => query.includes("call_texts"))).toEqual([]);
			const counted = reads.filter(({ query }) => /status = '(?:waiting|unknown|started)'/.test(query) && query.includes("FROM calls"));
			expect(counted.map(({ plan }) => /USING (?:COVERING )?INDEX (?:waiting|unknown|started)_calls/.test(plan))).toEqual(
				counted.map(() => true),
			);
			// What a program chose is written with its calls: never beside the program and the input.
			expect(plans.filter(({ query }) => /(?:UPDATE|INTO) work\b/.test(query))).toEqual([]);
		});
	});

	it("counts the arguments when they are written, and keeps nothing more once it is full", async () => {
		const run = await startRun();
		for (let place = 1; place <= 20; place += 1) await run.act(place, largePost(place));
		expect(await stateOf(run)).toMatchObject({ repeatable: false });
		const texts = await textsOf(run);
		expect(texts.map(([args]) => args !== null)).toEqual(texts.map((_text, index) => index < 16));
		expect((await stateOf(run))?.journalBytes).toBeLessThanOrEqual(LIMITS.journalBytes);
		await run.ask(21, put("k", 1));
		expect((await textsOf(run)).at(-1)).toEqual([null, null]);
		await run.finish();
		const recording = await run.inside((state) => recordingOf(state, run.runId));
		expect(recording).toMatchObject({ repeatable: false });
		expect(recording?.calls.map(({ args, answer }) => [args, answer])).toEqual(Array(21).fill([null, null]));
	});

	it("refuses a call that would wait and has no room, in words; those that wait stay, and the run is still executed again", async () => {
		const run = await startRun();
		const ids: string[] = [];
		for (let place = 1; place <= 16; place += 1) ids.push(await run.waits(place, largeSend(place)));
		expect(await run.ask(17, largeSend(17))).toMatchObject({
			code: "calls_exceeded",
			message: expect.stringMatching(
				/^Calling env\.send\.fetch: found arguments of 1000\d+ characters, wanted at most \d+, which are left/,
			),
		});
		expect(await stateOf(run)).toMatchObject({ repeatable: true });
		await run.park(ids[0] ?? "");
		await run.decide(ids[0] ?? "", "approve");
		await run.claim();
		const begun = await run.begin(1, largeSend(1));
		expect(begun).toMatchObject({ kind: "act", callId: ids[0] });
		expect(begun.kind === "act" && begun.args.length).toBeGreaterThan(MEGABYTE);
		expect(await run.ask(17, largeSend(17))).toMatchObject({ code: "calls_exceeded" });
	});

	it("refuses a dry run's effect that has no room: a plan is whole", async () => {
		const run = await startRun({ mode: "dry" });
		for (let place = 1; place <= 16; place += 1) expect((await run.begin(place, largePost(place))).kind).toBe("answer");
		expect(await run.ask(17, largePost(17))).toMatchObject({ code: "calls_exceeded" });
		const { run: ended } = await run.finish();
		expect(ended.plan?.effects.map(({ args }) => args.length > MEGABYTE)).toEqual(Array(16).fill(true));
	});
});

describe("a run that cannot be executed again", () => {
	it("ends as interrupted where a call that waited before would have it parked", async () => {
		const run = await startRun();
		const id = await run.waits(1, SEND);
		await run.ask(2, get("a"), "2 0 !");
		expect(await run.wait(id)).toMatchObject({ kind: "answer", text: expect.stringContaining("run_ended") });
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "interrupted" } });
	});

	it("is not executed again when its last choices, told as it was parked, cannot be known", async () => {
		const run = await startRun();
		const id = await run.waits(1, SEND);
		expect(await run.wait(id)).toEqual({ kind: "parked" });
		await run.finish({ ending: "parked", status: "failed", result: null, choices: "0 !" });
		await run.decide(id, "approve");
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		expect(await run.run()).toMatchObject({ status: "failed", error: { code: "interrupted" } });
		await run.expectSettled();
	});
});

describe("recordings", () => {
	it("are stored though one of them cannot be: its mark stays for the alarm, the others do not wait for it", async () => {
		const first = await startRun();
		const runs = [first];
		for (let count = 0; count < 10; count += 1) runs.push(await admitTo(first.agent));
		const stored: string[] = [];
		const broken = [first.runId];
		const left = await first.inside(async (state) => {
			const blobs: R2Bucket = new Proxy(env.BLOBS, {
				get: (bucket, name) =>
					name !== "put"
						? Reflect.get(bucket, name)
						: async (key: string) => {
								if (broken.some((runId) => key.includes(runId))) throw new Error("the store is full");
								stored.push(key);
							},
			});
			for (const { runId } of runs) state.outbox.mark("journal", runId);
			for (const { runId } of runs) {
				const row = state.runs.get(runId);
				if (row !== null) state.runs.update({ ...row, status: "cancelled", settled: 1, ended_at_ms: 1 });
			}
			await expect(storeRecordings(state, blobs)).rejects.toThrow("Storing recordings: 1 could not be stored");
			return state.outbox.recordings();
		});
		expect(stored).toHaveLength(10);
		expect(left).toEqual(broken);
	});
});

describe("the budget's limits on one run", () => {
	const AGAIN = { ending: "lost", status: "failed", result: null, choices: null } as const;
	const LIMITED = { run: { cpuMs: 400, wallMs: 4_000 } };

	it("hold over all of its attempts together: a later one has what is left", async () => {
		const run = await startRun({}, { limits: { cpuMs: 300 } }, LIMITED);
		await run.finish({ ...AGAIN, cpuMs: 150, wallMs: 1_000 });
		const second = await run.agent.object.claim(run.agent.entry, run.runId);
		expect(second).toMatchObject({ attempt: 2, limits: { cpuMs: 250, wallMs: 3_000 } });
		expect((await run.agent.object.budget(run.agent.entry))?.windows.day.held).toMatchObject({ cpuMs: 250, wallMs: 3_000 });
	});

	it.each([
		["cpuMs", { cpuMs: 400, wallMs: 10 }],
		["wallMs", { cpuMs: 1, wallMs: 4_000 }],
	])("end it in words when an attempt has nothing left: %s", async (dimension, used) => {
		const run = await startRun({}, {}, LIMITED);
		await run.finish({ ...AGAIN, ...used });
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toBeNull();
		expect(await run.run()).toMatchObject({
			status: "budget_exceeded",
			error: { code: "budget_exceeded", message: expect.stringContaining(`0 ${dimension} left of the run limit of`) },
		});
		await run.expectSettled();
	});

	it("leave the policy's limits to each attempt", async () => {
		const run = await startRun({}, { limits: { cpuMs: 100, wallMs: 1_000 } }, LIMITED);
		await run.finish({ ...AGAIN, cpuMs: 100, wallMs: 1_000 });
		expect(await run.agent.object.claim(run.agent.entry, run.runId)).toMatchObject({ limits: { cpuMs: 100, wallMs: 1_000 } });
	});
});
