import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { checkEncoded, decodeValue } from "../../../contract/tagged-json.ts";

/** BigInts that V8 hashes alike, and as JSON. */
const bigints = (count: number): { $bigint: string }[] =>
	Array.from({ length: count }, (_, index) => ({ $bigint: String((BigInt(index) << 64n) + 1n) }));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const setOf = (items: readonly unknown[]): string => JSON.stringify({ $set: items });
const mapOf = (keys: readonly unknown[]): string => JSON.stringify({ $map: keys.map((key) => [key, 1]) });
const bestOf3 = (work: () => void): number => {
	const times = [1, 2, 3].map(() => {
		const start = performance.now();
		work();
		return performance.now() - start;
	});
	return Math.min(...times);
};

describe("a Set or a Map from an isolate", () => {
	it.each([
		["BigInts", bigints, LIMITS.hashedBigints],
		["numbers", numbers, LIMITS.hashedNumbers],
	])("is decoded with as many %s as may collide, and refused with one more", (kind, make, most) => {
		for (const [textOf, where] of [
			[setOf, "items"],
			[mapOf, "keys"],
		] as const) {
			expect(decodeValue(textOf(make(most))).kind).toBe("decoded");
			const wanted = { kind: "refused", why: expect.stringContaining(`more than ${most} ${kind} as ${where}`) };
			expect(decodeValue(textOf(make(most + 1)))).toEqual(wanted);
		}
	});

	it("may hold very many strings, and as values of a Map anything", () => {
		const strings = numbers(20_000).map((index) => `s${index}`);
		expect(decodeValue(setOf(strings)).kind).toBe("decoded");
		expect(decodeValue(JSON.stringify({ $map: strings.map((key, index) => [key, index]) })).kind).toBe("decoded");
	});

	it("is not built for checking: eight times the colliding BigInts do not take eight times eight times the time", () => {
		const [once, eightfold] = [JSON.parse(setOf(bigints(5_000))), JSON.parse(setOf(bigints(40_000)))];
		const check = (json: unknown) => () => expect(checkEncoded(json)).toBe(null);
		check(once)();
		expect(bestOf3(check(eightfold))).toBeLessThan(30 * bestOf3(check(once)) + 50);
	});
});
