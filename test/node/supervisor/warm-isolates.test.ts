import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { WarmIsolates } from "../../../worker/executor/warm-isolates.ts";

/** Takes and keeps at once, as a run that goes well. */
const runIn = (isolates: WarmIsolates, name: string, runId: string, nowMs = 0): string | null => {
	const id = isolates.take(name, runId, nowMs);
	isolates.keep(runId);
	return id;
};

describe("the warm isolates of a process", () => {
	test("are another for each name, and the same for one name as long as each run is said to leave nothing", () => {
		const isolates = new WarmIsolates(4);
		const first = runIn(isolates, "a", "run_1");
		expect(first).toMatch(/^a\.[0-9a-f-]{36}$/);
		expect(runIn(isolates, "a", "run_2")).toBe(first);
		expect(runIn(isolates, "b", "run_3")).not.toBe(first);
		expect([isolates.stateOf("a", 0), isolates.stateOf("b", 0), isolates.stateOf("c", 0)]).toEqual(["free", "free", "none"]);
	});

	test("are no other run's while one has it, nor when another than the last is said to leave nothing", () => {
		const isolates = new WarmIsolates(4);
		runIn(isolates, "a", "run_1");
		isolates.take("a", "run_2", 0);
		isolates.keep("run_1");
		expect(isolates.stateOf("a", 0)).toBe("waiting");
		expect(isolates.take("a", "run_3", 0)).toBeNull();
	});

	test("are fresh for a while after a run that nobody vouched for, then new", () => {
		const isolates = new WarmIsolates(4);
		const first = isolates.take("a", "run_1", 0);
		expect(isolates.take("a", "run_2", LIMITS.warmCoolMs - 1)).toBeNull();
		const second = isolates.take("a", "run_3", LIMITS.warmCoolMs);
		expect(second).toMatch(/^a\./);
		expect(second).not.toBe(first);
		isolates.keep("run_1");
		expect(isolates.stateOf("a", LIMITS.warmCoolMs)).toBe("waiting");
	});

	test(`have ${LIMITS.warmRuns} runs, and no more`, () => {
		const isolates = new WarmIsolates(4);
		const ids = Array.from({ length: LIMITS.warmRuns + 1 }, (_, index) => runIn(isolates, "a", `run_${index}`));
		expect(new Set(ids.slice(0, LIMITS.warmRuns)).size).toBe(1);
		expect(ids[LIMITS.warmRuns]).not.toBe(ids[0]);
	});

	test("live for their time, and no longer", () => {
		const isolates = new WarmIsolates(4);
		const first = runIn(isolates, "a", "run_1", 0);
		expect(runIn(isolates, "a", "run_2", LIMITS.warmMs - 1)).toBe(first);
		expect(runIn(isolates, "a", "run_3", LIMITS.warmMs)).not.toBe(first);
	});

	test("are as many as may be made: a name past them has none, and the process is spent when one of them is", () => {
		const isolates = new WarmIsolates(2);
		const [a] = [runIn(isolates, "a", "run_1", 0), runIn(isolates, "b", "run_2", 1)];
		expect([isolates.hasRoom, isolates.take("c", "run_3", 1), isolates.isSpent(1)]).toEqual([false, null, false]);
		expect(runIn(isolates, "a", "run_4", LIMITS.warmMs - 1)).toBe(a);
		expect(isolates.isSpent(LIMITS.warmMs)).toBe(true);
		expect(isolates.take("a", "run_5", LIMITS.warmMs)).toBeNull();
	});

	test("are forgotten where whoever loads them forgets them: the one that was used least lately, and no other", () => {
		const isolates = new WarmIsolates(3, "forgets_oldest");
		const [a, b, c] = ["a", "b", "c"].map((name) => runIn(isolates, name, `run_${name}`));
		expect(runIn(isolates, "a", "run_1")).toBe(a);
		expect(runIn(isolates, "d", "run_2")).toMatch(/^d\./);
		expect([runIn(isolates, "a", "run_3"), runIn(isolates, "c", "run_4")]).toEqual([a, c]);
		expect(runIn(isolates, "b", "run_5")).not.toBe(b);
		expect(isolates.stateOf("d", 0)).toBe("none");
	});

	test("give nothing to a run after one that was forgotten while it ran, whatever is said of it", () => {
		const isolates = new WarmIsolates(1, "forgets_oldest");
		const first = isolates.take("a", "run_1", 0);
		expect(isolates.take("b", "run_2", 0)).toMatch(/^b\./);
		isolates.keep("run_1");
		expect(isolates.take("a", "run_3", 0)).not.toBe(first);
	});

	test("count those that others took the place of", () => {
		const isolates = new WarmIsolates(2);
		isolates.take("a", "run_1", 0);
		isolates.take("a", "run_2", LIMITS.warmCoolMs);
		isolates.keep("run_2");
		expect([isolates.hasRoom, isolates.stateOf("a", LIMITS.warmCoolMs), isolates.isSpent(LIMITS.warmCoolMs)]).toEqual([
			false,
			"free",
			true,
		]);
	});
});
