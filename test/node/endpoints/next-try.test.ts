import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { nextTry } from "../../../worker/endpoints/next-try.ts";

const HOUR = 3_600_000;
const secondsAfter = (attempts: number, random: number, retryAfterMs: number | null = null): number =>
	(nextTry({ attempts, firstAtMs: 0, nowMs: 0, retryAfterMs }, random) ?? Number.NaN) / 1_000;

/** When a delivery whose every attempt fails at once is tried, milliseconds after the first time. */
const timesOf = (random: () => number, retryAfterMs: number | null = null): number[] => {
	const times = [0];
	for (let attempts = 1; ; attempts += 1) {
		const next = nextTry({ attempts, firstAtMs: 0, nowMs: times.at(-1) ?? 0, retryAfterMs }, random());
		if (next === null) return times;
		times.push(next);
	}
};

describe("nextTry()", () => {
	test("begins with about five seconds, doubles, and ends with three hours", () => {
		expect([1, 2, 3, 4].map((attempts) => secondsAfter(attempts, 0.999_999))).toEqual([5, 10, 20, 40]);
		expect([1, 2, 3, 4].map((attempts) => secondsAfter(attempts, 0))).toEqual([2.5, 5, 10, 20]);
		expect([12, 13, 40, 1_000].map((attempts) => Math.round(secondsAfter(attempts, 0.999_999)))).toEqual([10_240, 10_800, 10_800, 10_800]);
	});

	test("tries for 24 hours, and not later", () => {
		for (const random of [0, 0.3, 0.999_999]) {
			const times = timesOf(() => random);
			expect(times.at(-1), String(random)).toBeLessThanOrEqual(24 * HOUR);
			expect(times.at(-1), String(random)).toBeGreaterThan(21 * HOUR);
			expect(times.length).toBeGreaterThan(15);
			expect(times.length).toBeLessThan(40);
		}
	});

	test("draws waits apart", () => {
		const waits = Array.from({ length: 100 }, (_, index) => secondsAfter(5, index / 100));
		expect(new Set(waits).size).toBe(100);
	});

	test("waits as long as it is asked to, but never shorter than it would, and never past the end", () => {
		expect(secondsAfter(1, 0.5, 60_000)).toBe(60);
		expect(secondsAfter(4, 0.5, 1)).toBe(secondsAfter(4, 0.5));
		expect(secondsAfter(1, 0.5, 10_000 * HOUR)).toBe((24 * HOUR) / 1_000);
		expect(timesOf(() => 0.5, 10_000 * HOUR)).toEqual([0, 24 * HOUR]);
	});

	test("makes a last attempt at the end only after a wait", () => {
		const at = (nowMs: number) => nextTry({ attempts: 20, firstAtMs: 0, nowMs, retryAfterMs: null }, 0.9);
		expect(at(24 * HOUR)).toBeNull();
		expect(at(24 * HOUR - 1)).toBeNull();
		expect(at(24 * HOUR - 1.5 * HOUR + 1)).toBeNull();
		expect(at(24 * HOUR - 1.5 * HOUR)).toBe(24 * HOUR);
		expect(at(25 * HOUR)).toBeNull();
	});

	test("holds its bounds whatever comes", () => {
		const all = fc.tuple(
			fc.integer({ min: 1, max: 1_000_000 }),
			fc.integer({ min: 0, max: 48 * HOUR }),
			fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
			fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
		);
		fc.assert(
			fc.property(all, ([attempts, nowMs, random, retryAfterMs]) => {
				const next = nextTry({ attempts, firstAtMs: 0, nowMs, retryAfterMs }, random);
				if (next === null) return;
				const least = Math.min(LIMITS.deliveryWaitMs.longest, LIMITS.deliveryWaitMs.first * 2 ** (attempts - 1)) / 2;
				expect(next).toBeGreaterThanOrEqual(nowMs + least);
				expect(next).toBeLessThanOrEqual(LIMITS.deliveryTriesMs);
			}),
		);
	});
});
