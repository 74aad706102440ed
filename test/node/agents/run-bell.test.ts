import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { LookPace } from "../../../worker/agents/object/look-pace.ts";
import { lookUntil, RunBell } from "../../../worker/agents/object/run-bell.ts";

/** Runs of which a test says when they are over, and how often that was asked. */
const makeBell = () => {
	const over = new Set<string>();
	const asked: string[] = [];
	const bell = new RunBell((runId) => {
		asked.push(runId);
		return over.has(runId);
	});
	return { bell, over, asked };
};

/** Whether a promise has settled by now. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
	let settled = false;
	void promise.then(() => {
		settled = true;
	});
	await vi.advanceTimersByTimeAsync(0);
	return settled;
};

describe("RunBell", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it("wakes those who wait for the run that it rings for, all of them when it rings for any, and everybody when their time is over", async () => {
		const { bell } = makeBell();
		const [one, same, other] = [bell.wait("one", 1_000), bell.wait("one", 1_000), bell.wait("other", 1_000)];
		bell.ring("one");
		expect([await isSettled(one), await isSettled(same), await isSettled(other)]).toEqual([true, true, false]);
		bell.ring(null);
		expect(await isSettled(other)).toBe(true);
		const late = bell.wait("one", 1_000);
		await vi.advanceTimersByTimeAsync(999);
		expect(await isSettled(late)).toBe(false);
		await vi.advanceTimersByTimeAsync(1);
		expect(await isSettled(late)).toBe(true);
	});

	it("tells of a run's end at once: when it is over already, and when it ends while somebody waits", async () => {
		const { bell, over } = makeBell();
		over.add("ended");
		expect(await bell.waitEnd("ended", 1_000)).toBe(true);
		const waiting = bell.waitEnd("live", 1_000);
		bell.ring("live");
		expect(await isSettled(waiting)).toBe(false);
		over.add("live");
		bell.ring("other");
		expect(await isSettled(waiting)).toBe(false);
		bell.ring(null);
		expect(await waiting).toBe(true);
		const patient = bell.waitEnd("never", 1_000);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(await patient).toBe(false);
	});

	it("asks once a ring whether a run is over, however many wait for its end", async () => {
		const { bell, asked } = makeBell();
		const waiting = Array.from({ length: 1_000 }, () => bell.waitEnd("live", 1_000));
		asked.length = 0;
		for (let ring = 0; ring < 10; ring += 1) bell.ring("live");
		expect(asked).toHaveLength(10);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(new Set(await Promise.all(waiting))).toEqual(new Set([false]));
		asked.length = 0;
		bell.ring("live");
		expect(asked).toEqual([]);
	});

	it("misses no ring between a look and the wait after it", async () => {
		const { bell } = makeBell();
		let state = 0;
		const seen = lookUntil(bell, "one", 1_000, () => (state < 3 ? null : state));
		for (let step = 0; step < 3; step += 1) {
			state += 1;
			bell.ring("one");
			await vi.advanceTimersByTimeAsync(0);
		}
		expect(await seen).toBe(3);
	});
});

describe("LookPace", () => {
	it("lets a lone reader look each LIMITS.eventsRestMs, and many together once each LIMITS.eventsLookEveryMs", () => {
		const pace = new LookPace();
		expect(pace.restMs(1_000)).toBe(LIMITS.eventsRestMs);
		expect(pace.restMs(5_000)).toBe(LIMITS.eventsRestMs);
		const rests = Array.from({ length: 50 }, () => pace.restMs(9_000));
		expect(rests.at(-1)).toBe(50 * LIMITS.eventsLookEveryMs);
		expect(rests.every((restMs) => restMs >= LIMITS.eventsRestMs)).toBe(true);
		expect(pace.restMs(20_000)).toBe(LIMITS.eventsRestMs);
	});
});
