import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { Condition } from "../../../contract/conditions.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText, decodeValue } from "../../../contract/tagged-json.ts";
import { evaluateCondition, type Truth } from "../../../worker/policy/evaluate-condition.ts";
import { arbitraryValue } from "../contract/arbitrary-value.ts";
import { arbitraryCondition, LEAF_ARGUMENTS, LEAVES } from "./arbitrary-condition.ts";

const truthOf = (condition: unknown, args: readonly unknown[], method = "pay"): Truth =>
	evaluateCondition(Condition.parse(condition), method, args);
/** Of one argument. */
const of = (operator: object, value: unknown): Truth => truthOf({ argument: "0", ...operator }, [value]);

/** Arguments as they come out of the isolate. */
const decoded = (text: string): readonly unknown[] => {
	const decoding = decodeValue(text);
	assert(decoding.kind === "decoded" && Array.isArray(decoding.value));
	return decoding.value;
};

/** Kleene's logic as numbers: all is the least, any the greatest, not what is missing to one. */
const weigh = (condition: Condition): number => {
	if ("not" in condition) return 1 - weigh(condition.not);
	if ("all" in condition) return Math.min(...condition.all.map(weigh));
	if ("any" in condition) return Math.max(...condition.any.map(weigh));
	return [...LEAVES].find(([, leaf]) => leaf === condition)?.[0] === "unknown" ? 0.5 : Number(condition === LEAVES.get(true));
};
const TRUTHS: ReadonlyMap<number, Truth> = new Map<number, Truth>([
	[0, false],
	[0.5, "unknown"],
	[1, true],
]);

describe("all, any and not", () => {
	test("are Kleene's", () => {
		fc.assert(
			fc.property(arbitraryCondition, (condition) => {
				expect(evaluateCondition(condition, "pay", LEAF_ARGUMENTS)).toBe(TRUTHS.get(weigh(condition)));
			}),
		);
	});

	test("never say more for knowing less: what is told with an unknown part is told whatever that part is", () => {
		const replace = (condition: Condition, by: Condition): Condition => {
			if ("not" in condition) return { not: replace(condition.not, by) };
			if ("all" in condition) return { all: condition.all.map((part) => replace(part, by)) };
			if ("any" in condition) return { any: condition.any.map((part) => replace(part, by)) };
			return condition === LEAVES.get("unknown") ? by : condition;
		};
		fc.assert(
			fc.property(arbitraryCondition, fc.constantFrom<boolean>(true, false), (condition, known) => {
				const told = evaluateCondition(condition, "pay", LEAF_ARGUMENTS);
				const by = LEAVES.get(known);
				assert(by !== undefined);
				if (told !== "unknown") expect(evaluateCondition(replace(condition, by), "pay", LEAF_ARGUMENTS)).toBe(told);
			}),
		);
	});
});

describe("an operator", () => {
	test("on a method says whether it is the one or one of them", () => {
		expect([truthOf({ method: "pay" }, []), truthOf({ method: "Pay" }, []), truthOf({ method: ["refund", "pay"] }, [])]).toEqual([
			true,
			false,
			true,
		]);
	});

	test.each([
		[{ is: "EUR" }, "EUR", true],
		[{ is: "EUR" }, "eur", false],
		[{ is: "EUR" }, ["EUR"], "unknown"],
		[{ is: "EUR" }, null, "unknown"],
		[{ is: 7 }, 7, true],
		[{ is: 7 }, 7n, true],
		[{ is: 7 }, 8n, false],
		[{ is: 7 }, "7", "unknown"],
		[{ is: 0 }, -0, true],
		[{ is: 7 }, Number.NaN, "unknown"],
		[{ is: 7 }, Number.POSITIVE_INFINITY, false],
		[{ is: true }, true, true],
		[{ is: true }, 1, "unknown"],
		[{ is: null }, null, true],
		[{ is: null }, 0, false],
		[{ is: null }, {}, false],
		[{ in: ["EUR", "USD"] }, "USD", true],
		[{ in: ["EUR", "USD"] }, "CHF", false],
		[{ in: ["EUR", 7] }, "CHF", "unknown"],
		[{ in: ["EUR", null] }, "CHF", false],
		[{ notIn: ["EUR", "USD"] }, "USD", false],
		[{ notIn: ["EUR", "USD"] }, "CHF", true],
		[{ notIn: ["EUR", "USD"] }, ["EUR"], "unknown"],
		[{ over: 1_000 }, 1_000, false],
		[{ over: 1_000 }, 1_000.01, true],
		[{ over: 9_007_199_254_740_992 }, 9_007_199_254_740_993n, true],
		[{ over: 1_000 }, "1001", "unknown"],
		[{ over: 1_000 }, new Date(5_000), "unknown"],
		[{ over: 1_000 }, Number.NaN, "unknown"],
		[{ over: 1_000 }, Number.POSITIVE_INFINITY, true],
		[{ over: 1_000 }, [5_000], "unknown"],
		[{ over: 1_000 }, null, "unknown"],
		[{ over: 1_000 }, true, "unknown"],
		[{ under: 10 }, 9n, true],
		[{ under: 10 }, 10, false],
		[{ startsWith: "/a" }, "/ab", true],
		[{ startsWith: "/a" }, "/", false],
		[{ startsWith: "/a" }, ["/ab"], "unknown"],
		[{ notStartsWith: "/a" }, "/ab", false],
		[{ notStartsWith: "/a" }, new Uint8Array([47, 97]), "unknown"],
		[{ longerThan: 2 }, "abc", true],
		[{ longerThan: 2 }, "ab", false],
		[{ longerThan: 2 }, [1, 2, 3], true],
		[{ longerThan: 2 }, new Uint8Array(3), true],
		[{ longerThan: 2 }, new Map([[1, 2]]), false],
		[{ longerThan: 2 }, new Set([1, 2, 3]), true],
		[{ longerThan: 2 }, { length: 9 }, "unknown"],
		[{ longerThan: 2 }, 999, "unknown"],
		[{ exists: true }, null, true],
		[{ exists: true }, undefined, false],
		[{ exists: false }, undefined, true],
	])("%j of %o: %s", (operator, value, truth) => {
		expect(of(operator, value)).toBe(truth);
	});

	test.each([
		["https://api.stripe.com/v1", true],
		["HTTPS://API.STRIPE.COM/v1", true],
		["https://api.stripe.com:8443/", true],
		["https://api.stripe.com./", true],
		["wss://a.acme.com/", true],
		["https://a.b.acme.com/", true],
		["https://acme.com/", false],
		["https://evilacme.com/", false],
		["https://api.stripe.com.evil.example/", false],
		["https://evil.example/https://api.stripe.com/", false],
		["https://xn--pi-8ia.stripe.com/", false],
		["https://api.stripe.com@evil.example/", "unknown"],
		["https://user:p@api.stripe.com/", "unknown"],
		["https://evil.example\\@api.stripe.com/", "unknown"],
		["https://api.stripe.com\t/", "unknown"],
		[" https://api.stripe.com/", "unknown"],
		["api.stripe.com", "unknown"],
		["//api.stripe.com/", "unknown"],
		["mailto:a@api.stripe.com", "unknown"],
		["javascript:api.stripe.com", "unknown"],
		["file://api.stripe.com/", "unknown"],
		["", "unknown"],
		[7, "unknown"],
		[new URL("https://api.stripe.com/"), "unknown"],
		[`https://api.stripe.com/${"a".repeat(LIMITS.urlChars)}`, "unknown"],
	] as const)("of hosts says of %j: %s", (value, truth) => {
		const hosts = ["api.stripe.com", "*.acme.com"];
		expect(of({ hostIn: hosts }, value)).toBe(truth);
		expect(of({ hostNotIn: hosts }, value)).toBe(truth === "unknown" ? "unknown" : !truth);
	});

	test("is unknown on every missing argument, but for exists", () => {
		const operators = [
			...[{ is: null }, { in: [1] }, { notIn: [1] }, { over: 1 }, { under: 1 }, { startsWith: "a" }, { notStartsWith: "a" }],
			...[{ hostIn: ["a.com"] }, { hostNotIn: ["a.com"] }, { longerThan: 0 }],
		];
		for (const operator of operators) {
			expect(of(operator, undefined), JSON.stringify(operator)).toBe("unknown");
			expect(truthOf({ argument: "3.a", ...operator }, [])).toBe("unknown");
		}
		expect(truthOf({ argument: "3.a", exists: true }, [])).toBe(false);
	});

	test("and its opposite are opposite, on any value", () => {
		const pairs = [
			[{ in: ["a", 1] }, { notIn: ["a", 1] }],
			[{ startsWith: "a" }, { notStartsWith: "a" }],
			[{ hostIn: ["a.com"] }, { hostNotIn: ["a.com"] }],
			[{ exists: true }, { exists: false }],
		] as const;
		fc.assert(
			fc.property(arbitraryValue, (value) => {
				for (const [one, other] of pairs) expect(of(other, value)).toBe(truthOf({ not: { argument: "0", ...one } }, [value]));
			}),
		);
	});
});

describe("a path", () => {
	const args = decoded(
		'[{"amount":5,"items":[{"price":1},{"price":2}],"a.b":{"":3},"__proto__":{"amount":9},"none":null},"text",{"$map":[["amount",7]]},[1,2]]',
	);
	const at = (argument: string | readonly string[], is: unknown): Truth => truthOf({ argument, is }, args);

	test.each([
		["0.amount", 5],
		["0.items.1.price", 2],
		[["0", "a.b", ""], 3],
		["0.none", null],
		["1", "text"],
		["3.0", 1],
	])("%j leads to %j", (path, value) => {
		expect(at(path, value)).toBe(true);
	});

	test("an own __proto__ is a property like any other, and nothing is inherited from it", () => {
		expect(at("0.__proto__.amount", 9)).toBe(true);
		const tricked = decoded('[{"__proto__":{"amount":9}}]');
		expect(truthOf({ argument: "0.amount", exists: true }, tricked)).toBe(false);
		expect(truthOf({ argument: "0.amount", over: 1 }, tricked)).toBe("unknown");
	});

	test.each([
		"0.constructor",
		"0.toString",
		"0.hasOwnProperty",
		"0.__proto__.constructor",
		"1.length",
		"3.length",
		"3.00",
		"3.-1",
		"3.1e0",
		"3.at",
		"9",
		"0.none.x",
		"1.0",
	])("%s leads nowhere", (path) => {
		expect(truthOf({ argument: path, exists: true }, args)).toBe(false);
		expect(at(path, 1)).toBe("unknown");
	});

	test("into a Map, a Set, bytes or a Date is unknown, also whether something is there", () => {
		for (const value of [new Map([["amount", 7]]), new Set(["amount"]), new Uint8Array(9), new Date(0)]) {
			for (const exists of [true, false]) expect(truthOf({ argument: "0.amount", exists }, [value])).toBe("unknown");
			expect(truthOf({ argument: "0.0", over: 0 }, [value])).toBe("unknown");
		}
	});
});

describe("any condition on any arguments", () => {
	const path = fc.array(fc.oneof(fc.constantFrom("0", "1", "a", "b", "__proto__", "length", ""), fc.string()), {
		minLength: 1,
		maxLength: 4,
	});
	const operator = fc.constantFrom<object>(
		...[{ is: 1 }, { in: ["a", null] }, { over: 0 }, { startsWith: "a" }, { hostIn: ["a.com"] }, { exists: true }, { longerThan: 1 }],
	);

	test("has an answer, and the same once the arguments were written down and read again", () => {
		fc.assert(
			fc.property(fc.array(arbitraryValue, { maxLength: 3 }), path, operator, (args, parts, by) => {
				const condition = Condition.parse({ argument: ["0", ...parts], ...by });
				const truth = evaluateCondition(condition, "pay", args);
				expect([true, false, "unknown"]).toContain(truth);
				expect(evaluateCondition(condition, "pay", decoded(canonicalText(args)))).toBe(truth);
			}),
		);
	});

	test("takes no time on the largest of both", () => {
		const text = "a".repeat(LIMITS.argumentBytes);
		const values = Array.from({ length: LIMITS.conditionValues }, (_, index) => `${"a".repeat(LIMITS.conditionTextChars - 4)}${index}`);
		const part = (index: number): object =>
			[{ in: values }, { notStartsWith: values[0] }, { hostIn: ["a.com"] }, { longerThan: 1e9 }][index % 4] ?? {};
		const any = Array.from({ length: LIMITS.conditionNodes - 1 }, (_, index) => ({ argument: "0", ...part(index) }));
		const condition = Condition.parse({ not: { any: any.slice(1) } });
		const args = [text, Array.from({ length: 100_000 }, () => 0)];
		const spentMs = startCpuClock();
		for (let times = 0; times < 100; times += 1) evaluateCondition(condition, "pay", args);
		// A hundred of them: each is far below a millisecond.
		expect(spentMs()).toBeLessThan(2_000);
	});
});
