import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import type { ReplayTrace } from "../../../worker/agents/object/replay-call.ts";
import type { Recording } from "../../../worker/agents/recording.ts";
import { firstDivergence } from "../../../worker/runs/replay/first-divergence.ts";

const RUN: Recording["run"] = {
	...{ id: "run_1", agent: "agt_1", status: "succeeded", result: 1, error: null, logsTruncated: false, files: [], grants: [], labels: [] },
	usage: { cpuMs: 0, wallMs: 0, calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
	logs: [
		{ seq: 1, atMs: 1, level: "log", text: "a" },
		{ seq: 2, atMs: 2, level: "warn", text: "b" },
	],
	...{
		programDigest: "",
		policyVersion: 1,
		attempt: 1,
		createdAtMs: 0,
		startedAtMs: 0,
		endedAtMs: 1,
		pendingApproval: null,
		pendingApprovals: [],
	},
	...{ unresolvedCalls: [], mode: "live", source: null, plan: null, metadata: {}, parent: null, root: null },
	...{ programVersion: null, isolation: "fresh", trigger: null, schedule: null },
	lent: { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
};

/** A recorded call: its seq, its place, and what is called. */
const recordedCall = (seq: number, place: number, args: string): Recording["calls"][number] => ({
	record: {
		...{
			id: `cal_${seq}`,
			run: "run_1",
			seq,
			grant: "web",
			verb: "http.fetch",
			method: "fetch",
			args,
			argsDigest: "",
			decision: "allowed",
			rule: null,
		},
		...{
			status: "done",
			effect: "read",
			nth: 1,
			approval: null,
			error: null,
			startedAtMs: 0,
			endedAtMs: 0,
			entry: null,
			hash: null,
			previousHash: null,
		},
		cost: { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
	},
	...{ kind: args, place, choices: 0, idempotent: true, args, answer: null },
});

const recording = (calls: Recording["calls"], more: Partial<Recording["run"]> = {}): Recording => ({
	...{
		version: 1,
		program: { main: "m", modules: {}, sources: {} },
		input: "null",
		choices: "",
		inputs: [],
		shapes: [],
		seed: "",
		clockMs: 0,
	},
	...{ limits: { wallMs: 1, cpuMs: 1, memoryMb: 1, calls: 1 }, repeatable: true, givenLabels: [], planKinds: [], calls },
	places: calls.length,
	sent: calls.length,
	run: { ...RUN, ...more },
});
const CALLS = [recordedCall(1, 1, "one"), recordedCall(2, 2, "two"), recordedCall(3, 3, "three")];
const trace = (asked: readonly [number, number][], more: Partial<ReplayTrace> = {}): ReplayTrace => ({
	...{ places: 3, sent: 3, unknown: [], seen: asked.length + (more.unknown?.length ?? 0) },
	asked: asked.map(([seq, place]) => ({ seq, place })),
	...more,
});
const ALL = trace([
	[1, 1],
	[2, 2],
	[3, 3],
]);
const unknown = (place: number, args: string) => ({ place, grant: "web", method: "fetch", args });

describe("the calls of a replay", () => {
	it("are the same in the order of their places, however they arrived", () => {
		expect(
			firstDivergence(
				recording(CALLS),
				RUN,
				trace([
					[3, 3],
					[1, 1],
					[2, 2],
				]),
			),
		).toBeNull();
	});

	it("differ first where the first place has another call, or none, or one too many", () => {
		expect(
			firstDivergence(
				recording(CALLS),
				RUN,
				trace([
					[1, 1],
					[3, 2],
					[2, 3],
				]),
			),
		).toEqual({
			...{ what: "call", at: 2, recorded: "env.web.fetch(two)", replayed: "env.web.fetch(three)" },
		});
		const changed = trace(
			[
				[1, 1],
				[3, 3],
			],
			{ unknown: [unknown(2, "2")] },
		);
		expect(firstDivergence(recording(CALLS), RUN, changed)).toMatchObject({ at: 2, replayed: "env.web.fetch(2)" });
		expect(
			firstDivergence(
				recording(CALLS),
				RUN,
				trace(
					[
						[1, 1],
						[2, 2],
					],
					{ places: 2, sent: 2 },
				),
			),
		).toMatchObject({ at: 3, replayed: null });
		const more = { ...ALL, places: 4, sent: 4, seen: 4, unknown: [unknown(4, "four")] };
		expect(firstDivergence(recording(CALLS), RUN, more)).toMatchObject({
			what: "call",
			at: 4,
			recorded: null,
			replayed: "env.web.fetch(four)",
		});
	});

	it("that nobody awaited may have come too late in either execution, where both programs made as many", () => {
		expect(
			firstDivergence(
				recording(CALLS),
				RUN,
				trace([
					[1, 1],
					[2, 2],
				]),
			),
		).toBeNull();
		const late = { ...recording(CALLS.slice(0, 2)), places: 3, sent: 3 };
		expect(
			firstDivergence(
				late,
				RUN,
				trace(
					[
						[1, 1],
						[2, 2],
					],
					{ unknown: [unknown(3, "three")] },
				),
			),
		).toBeNull();
	});

	const two = recording(CALLS.slice(0, 2));
	const first = (more: Partial<ReplayTrace>) => trace([[1, 1]], { places: 2, ...more });

	it("differ where a version makes one that fails before it is sent in the place of a recorded one, or the other way around", () => {
		expect(firstDivergence(two, RUN, first({ sent: 1 }))).toMatchObject({ what: "call", at: 2, replayed: null });
		const failing = { ...recording(CALLS.slice(0, 1)), places: 2 };
		expect(firstDivergence(failing, RUN, first({ sent: 1 }))).toBeNull();
		expect(firstDivergence(failing, RUN, first({ sent: 2, unknown: [unknown(2, "wipe")] }))).toMatchObject({
			...{ what: "call", recorded: null, replayed: "env.web.fetch(wipe)" },
		});
	});

	it("differ where as many calls were sent, and one that is not recorded took the place of one that is", () => {
		expect(firstDivergence(two, RUN, first({ sent: 2, unknown: [unknown(2, "wipe")] }))).toMatchObject({ what: "call", at: 2 });
		const moved = trace([[1, 1]], { places: 2, sent: 2, unknown: [unknown(3, "wipe")] });
		expect(firstDivergence(two, RUN, moved)).toMatchObject({ what: "call", at: 2, replayed: null });
	});

	it("differ by their number alone where nobody has seen the calls themselves", () => {
		const all = trace(
			[
				[1, 1],
				[2, 2],
			],
			{ places: 3, sent: 2 },
		);
		expect(firstDivergence(two, RUN, all)).toEqual({
			...{ what: "call", at: null, recorded: "made 2 calls", replayed: "made 3 calls, 2 of which could be sent" },
		});
		expect(firstDivergence(two, RUN, { ...all, sent: 3 })).toMatchObject({ replayed: "made 3 calls" });
	});

	it("past the limit of calls are compared by what the replay made, and by how many of them the recorded run made", () => {
		const refused = { ...two, places: 3, sent: 3 };
		const one = { ...first({ places: 3, sent: 3, unknown: [unknown(2, "wipe"), unknown(3, "three")] }) };
		expect(firstDivergence(refused, RUN, one)).toMatchObject({ what: "call", at: 2, replayed: "env.web.fetch(wipe)" });
		// Of a crowd of them, not each is kept: those that are not are no excuse for a recorded call that is missing.
		expect(firstDivergence({ ...two, places: 200, sent: 200 }, RUN, first({ places: 200, sent: 200, seen: 200 }))).toMatchObject({ at: 2 });
		expect(firstDivergence(two, RUN, { ...ALL, asked: ALL.asked.slice(0, 2), unknown: [unknown(3, "wipe")] })).toMatchObject({ at: 3 });
	});

	it("of places that nobody believes are compared as they came", () => {
		const liar = recording([recordedCall(1, 0, "one"), recordedCall(2, 0, "two")]);
		expect(
			firstDivergence(
				liar,
				RUN,
				trace(
					[
						[1, 0],
						[2, 0],
					],
					{ places: 2, sent: 2 },
				),
			),
		).toBeNull();
		expect(firstDivergence({ ...liar, places: null }, RUN, trace([[2, 0]], { places: null, sent: null }))).toMatchObject({
			what: "call",
			at: 1,
		});
	});
});

describe("the lines and the end of a replay", () => {
	const other = (index: number, line: Partial<(typeof RUN)["logs"][number]>) => ({
		...RUN,
		logs: RUN.logs.map((was, at) => (at === index ? { ...was, ...line } : was)),
	});

	it("differ by text, level, time and number", () => {
		for (const line of [{ text: "c" }, { level: "log" as const }, { atMs: 3 }])
			expect(firstDivergence(recording(CALLS), other(1, line), ALL)).toMatchObject({ what: "log", at: 2 });
		expect(firstDivergence(recording(CALLS), { ...RUN, logs: RUN.logs.slice(1) }, ALL)).toMatchObject({ what: "log", at: 1 });
		expect(firstDivergence(recording(CALLS, { logs: RUN.logs.slice(0, 1) }), RUN, ALL)).toMatchObject({
			what: "log",
			at: 2,
			recorded: null,
		});
	});

	it("differ by error before result, to the byte", () => {
		const failed = { ...RUN, status: "failed" as const, result: null, error: runError("program_threw", "m") };
		expect(firstDivergence(recording(CALLS), failed, ALL)).toMatchObject({ what: "error", recorded: null });
		expect(firstDivergence(recording(CALLS, failed), { ...failed, error: runError("program_threw", "n") }, ALL)).toMatchObject({
			what: "error",
		});
		expect(firstDivergence(recording(CALLS, { result: { a: 1, b: 2 } }), { ...RUN, result: { b: 2, a: 1 } }, ALL)).toMatchObject({
			what: "result",
		});
	});

	it("show of long sides the part where they begin to differ", () => {
		const long = "x".repeat(50_000);
		const found = firstDivergence(recording(CALLS, { result: `${long}1` }), { ...RUN, result: `${long}2` }, ALL);
		expect(found?.recorded).toMatch(/^…x+1"$/);
		expect(found?.replayed?.length).toBeLessThanOrEqual(LIMITS.divergenceChars + 2);
	});
});

describe("a recorded run that the host has stopped", () => {
	const stopped = { status: "timed_out" as const, result: null, error: runError("wall_time_exceeded", "m"), logs: RUN.logs.slice(0, 1) };
	const going = { ...RUN, status: "failed" as const, result: null, error: runError("interrupted", "m") };

	it("is a beginning: what the replay did after it is not compared", () => {
		const beginning = { ...recording(CALLS, stopped), places: null };
		expect(firstDivergence(beginning, RUN, { ...ALL, places: 9, unknown: [unknown(4, "four"), unknown(9, "nine")] })).toBeNull();
		expect(firstDivergence(beginning, going, { ...ALL, places: null })).toBeNull();
	});

	it("differs where a recorded call or line is missing or another", () => {
		const beginning = { ...recording(CALLS, stopped), places: null };
		expect(firstDivergence(beginning, going, trace([[1, 1]], { places: 1 }))).toMatchObject({ what: "call", at: 2 });
		expect(firstDivergence(beginning, { ...RUN, logs: [] }, ALL)).toMatchObject({ what: "log", at: 1 });
	});
});
