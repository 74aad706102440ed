import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApprovalRule, Condition } from "../../../contract/conditions.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { conditionText } from "../../../worker/policy/condition-text.ts";
import { evaluateCondition } from "../../../worker/policy/evaluate-condition.ts";
import { matchesPattern } from "../../../worker/policy/matches-pattern.ts";
import { needsApproval } from "../../../worker/policy/needs-approval.ts";
import { arbitraryCondition, LEAF_ARGUMENTS } from "./arbitrary-condition.ts";

const ruleOf = (when: unknown, args: readonly unknown[], method = "pay"): string | undefined =>
	needsApproval(ApprovalRule.parse({ when }), method, args)?.rule;
const OVER = { argument: "0.amount", over: 1_000 };

describe("an approval rule", () => {
	test("that is never asks for nothing, always for every call", () => {
		expect(needsApproval("never", "pay", [{ amount: 1e9 }])).toBe(null);
		expect(needsApproval("always", "pay", [])).toEqual({ rule: "every call needs an approval" });
	});

	test("with a condition asks where it holds, and says it in words", () => {
		expect(ruleOf(OVER, [{ amount: 1_000 }])).toBe(undefined);
		expect(ruleOf(OVER, [{ amount: 1_001 }])).toBe("argument 0.amount over 1000");
	});

	test.each(
		[[], [undefined], [{}], [{ amount: "1" }], [{ amount: null }], [{ amount: Number.NaN }], [[1]], [new Map([["amount", 1]])]].map(
			(args) => [args],
		),
	)("asks where it cannot be told: %o", (args) => {
		expect(ruleOf(OVER, args)).toBe("argument 0.amount over 1000 (cannot be told: it is missing or of another kind)");
	});

	test("of alternatives tells the one that holds, or else the one that cannot be told", () => {
		const any = [{ method: "refund" }, OVER, { any: [{ argument: "0.currency", notIn: ["EUR"] }] }];
		expect(ruleOf({ any }, [{ currency: "USD" }])).toBe('argument 0.currency is not "EUR"');
		expect(ruleOf({ any }, [{ currency: "EUR" }])).toMatch(/^argument 0\.amount over 1000 \(cannot be told/);
		expect(ruleOf({ any }, [{ amount: 1, currency: "EUR" }])).toBe(undefined);
	});

	test("is told in a sentence that is bounded, however long the condition is", () => {
		const long = Array.from({ length: 60 }, (_, index) => ({ argument: "0", notStartsWith: `${"a".repeat(400)}${index}` }));
		for (const args of [["b"], [7]]) {
			const rule = ruleOf({ all: long }, args) ?? "";
			expect(rule.length).toBe(LIMITS.conditionShownChars);
			expect(rule).toMatch(args[0] === "b" ? /…$/ : /… \(cannot be told: it is missing or of another kind\)$/);
		}
	});

	test("lets a call through only where the condition is false, and a pattern matches only where it is true", () => {
		fc.assert(
			fc.property(arbitraryCondition, (when) => {
				const truth = evaluateCondition(when, "pay", LEAF_ARGUMENTS);
				expect(needsApproval({ when }, "pay", LEAF_ARGUMENTS) === null).toBe(truth === false);
				expect(matchesPattern(when, "pay", LEAF_ARGUMENTS)).toBe(truth === true);
			}),
		);
	});
});

test.each([
	[{ method: "pay" }, "the method is pay"],
	[{ method: ["pay", "refund"] }, "the method is one of pay, refund"],
	[{ argument: "0", is: null }, "argument 0 is null"],
	[{ argument: ["0", "a.b"], in: ["x", 1] }, 'argument ["0","a.b"] is one of "x", 1'],
	[{ argument: "0", notIn: [1, 2, 3, 4, 5, 6, 7] }, "argument 0 is not one of 1, 2, 3, 4, 5 or 2 more"],
	[{ argument: "0", under: 0.5 }, "argument 0 under 0.5"],
	[{ argument: "0", startsWith: 'a"b' }, String.raw`argument 0 begins with "a\"b"`],
	[{ argument: "0", notStartsWith: "a" }, 'argument 0 does not begin with "a"'],
	[{ argument: "0.url", hostIn: ["a.com", "*.b.com"] }, "argument 0.url is a URL of one of a.com, *.b.com"],
	[{ argument: "0.url", hostNotIn: ["a.com"] }, "argument 0.url is not a URL of a.com"],
	[{ argument: "0", exists: false }, "argument 0 is not there"],
	[{ argument: "0", longerThan: 9 }, "argument 0 longer than 9"],
	[
		{ not: { all: [{ method: "a" }, { any: [{ method: "b" }, { method: "c" }] }] } },
		"not (the method is a and (the method is b or the method is c))",
	],
])("%j in words", (condition, text) => {
	expect(conditionText(Condition.parse(condition))).toBe(text);
});
