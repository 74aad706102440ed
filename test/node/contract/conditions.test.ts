import { describe, expect, test } from "vitest";
import { ApprovalRule, Condition, methodsIn } from "../../../contract/conditions.ts";
import { LIMITS } from "../../../contract/limits.ts";

const isTaken = (condition: unknown): boolean => Condition.safeParse(condition).success;
const nested = (depth: number): unknown => {
	let condition: unknown = { method: "pay" };
	for (let level = 1; level < depth; level += 1) condition = { not: condition };
	return condition;
};
const listOf = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("a condition", () => {
	test.each([
		{ method: "pay" },
		{ method: ["pay", "refund"] },
		{ argument: "0", exists: true },
		{ argument: "0.items.2.amount", over: 1_000 },
		{ argument: ["0", "a.b", ""], is: null },
		{ argument: "1.currency", in: ["EUR", 7, true, null] },
		{ argument: "0.url", hostIn: ["api.stripe.com", "*.acme.com", "127.0.0.1", "[::1]", "xn--mnchen-3ya.de"] },
		{ argument: "0.__proto__", startsWith: "a" },
		{ all: [{ any: [{ not: { argument: "0", longerThan: 0 } }] }] },
	])("%j is one", (condition) => {
		expect(Condition.parse(condition)).toEqual(condition);
	});

	test.each<[condition: unknown, what: string]>([
		[{}, "nothing"],
		[null, "null"],
		[[], "a list"],
		["method == 'pay'", "code"],
		[{ method: 7 }, "a method that is no name"],
		[{ method: [] }, "no method"],
		[{ method: "pay", argument: "0", is: 1 }, "two kinds"],
		[{ argument: "0" }, "no operator"],
		[{ argument: "0", over: 1, under: 9 }, "two operators"],
		[{ argument: "0", over: "1" }, "text for a number"],
		[{ argument: "0", over: Number.NaN }, "NaN"],
		[{ argument: "0", over: Number.POSITIVE_INFINITY }, "no finite number"],
		[{ argument: "0", is: {} }, "an object for a scalar"],
		[{ argument: "0", in: [] }, "an empty list"],
		[{ argument: "0", startsWith: "" }, "an empty beginning"],
		[{ argument: "0", startsWith: "\ud800" }, "half a surrogate pair"],
		[{ argument: "0", longerThan: -1 }, "a negative length"],
		[{ argument: "0", matches: "^a" }, "a pattern"],
		[{ argument: "amount", over: 1 }, "a path without the argument's number"],
		[{ argument: "01", over: 1 }, "a number with a zero before it"],
		[{ argument: "-1", over: 1 }, "a negative number"],
		[{ argument: "", over: 1 }, "an empty path"],
		[{ argument: "0.", over: 1 }, "an empty part"],
		[{ argument: "0..a", over: 1 }, "an empty part inside"],
		[{ argument: [], over: 1 }, "a path of no part"],
		[{ argument: ["a"], over: 1 }, "a path of a name alone"],
		[{ argument: 0, over: 1 }, "a path that is a number"],
		[{ all: [] }, "all of nothing"],
		[{ all: { method: "pay" } }, "all of no list"],
		[{ all: [{ method: "pay" }], any: [{ method: "pay" }] }, "two combiners"],
		[{ not: [{ method: "pay" }] }, "not of a list"],
		[{ not: undefined }, "not of nothing"],
		[{ method: "pay", because: "x" }, "a field of its own"],
	])("%j is none: %s", (condition) => {
		expect(isTaken(condition)).toBe(false);
	});

	test.each([
		"https://api.stripe.com",
		"api.stripe.com:443",
		"API.stripe.com",
		"api.stripe.com.",
		"api.stripe.com/",
		"*",
		"*.",
		"a.*.com",
		"*.*.com",
		"",
		"a b",
		"münchen.de",
		"0x7f.1",
		"127.1",
		"::1",
		"user@a.com",
	])("the host %j is none that a URL would have", (host) => {
		expect(isTaken({ argument: "0.url", hostIn: [host] })).toBe(false);
		expect(isTaken({ argument: "0.url", hostNotIn: [host] })).toBe(false);
	});

	test("is bounded in depth, count, lists, texts and paths, at the limit and one over", () => {
		const pair = (make: (size: number) => unknown, limit: number) => [isTaken(make(limit)), isTaken(make(limit + 1))];
		const taken = [true, false];
		expect(pair(nested, LIMITS.conditionDepth)).toEqual(taken);
		expect(pair((count) => ({ all: listOf(count - 1).map(() => ({ method: "pay" })) }), LIMITS.conditionNodes)).toEqual(taken);
		expect(pair((count) => ({ argument: "0", in: listOf(count) }), LIMITS.conditionValues)).toEqual(taken);
		expect(pair((count) => ({ method: listOf(count).map(String) }), LIMITS.conditionValues)).toEqual(taken);
		expect(pair((chars) => ({ argument: "0", is: "a".repeat(chars) }), LIMITS.conditionTextChars)).toEqual(taken);
		expect(pair((parts) => ({ argument: listOf(parts).map(String), is: 1 }), LIMITS.conditionPathParts)).toEqual(taken);
		expect(pair((parts) => ({ argument: listOf(parts).join("."), is: 1 }), LIMITS.conditionPathParts)).toEqual(taken);
	});

	test("that is deeper than any stack is refused in words", () => {
		const deep = Condition.safeParse(nested(100_000));
		expect(deep.error?.issues.map(({ message }) => message)).toEqual([`wanted conditions at most ${LIMITS.conditionDepth} deep`]);
		const wide = Condition.safeParse({ any: listOf(100_000).map(() => ({})) });
		expect(wide.error?.issues).toHaveLength(1);
	});

	test("names the methods that it speaks of, wherever they stand", () => {
		const condition = Condition.parse({ all: [{ method: "a" }, { not: { any: [{ method: ["b", "c"] }, { argument: "0", is: "d" }] } }] });
		expect(methodsIn(condition)).toEqual(["a", "b", "c"]);
	});
});

test("an approval rule is never, always or a condition", () => {
	for (const rule of ["never", "always", { when: { method: "pay" } }]) expect(ApprovalRule.parse(rule)).toEqual(rule);
	for (const rule of ["sometimes", "", null, true, {}, { when: "always" }, { when: { method: "pay" }, else: "never" }])
		expect(ApprovalRule.safeParse(rule).success, JSON.stringify(rule)).toBe(false);
});
