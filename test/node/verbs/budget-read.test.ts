import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { budgetRead } from "../../../worker/verbs/budget-read/budget-read.ts";
import { remaining } from "../../../worker/verbs/budget-read/remaining.ts";
import { type BudgetLeft, NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { MemoryRunFiles } from "./memory-run-files.ts";
import { doneValue, invalidMessage, NO_STATE, prepared } from "./perform.ts";

const GRANT = budgetRead.bind({ verb: "budget.read" });
const LEVELS: BudgetLeft = {
	run: { calls: 9, usdMicros: 400 },
	agent: {
		minute: { left: { calls: 3 }, resetsAtMs: 60_000 },
		lifetime: { left: { calls: 50, tokens: 7, usdMicros: 500 }, resetsAtMs: null },
	},
	grants: { web: { day: { left: { calls: 0 }, resetsAtMs: 86_400_000 } } },
};

describe("budget.read", () => {
	test("answers the least of what the run and the agent have left, and each level beside it", () => {
		const call = prepared(GRANT, "remaining", []);
		assert(call.act.where === "object");
		const answer = doneValue(call.act.perform({ files: new MemoryRunFiles(), state: NO_STATE, budget: { read: () => LEVELS } }));
		expect(answer).toEqual({ left: { calls: 3, tokens: 7, usdMicros: 400 }, levels: LEVELS });
	});

	test("leaves out what nothing limits, and does not take a grant's limit for one of every call", () => {
		expect(remaining({ run: {}, agent: {}, grants: LEVELS.grants }).left).toEqual({});
		expect(remaining({ run: { runs: 0 }, agent: {}, grants: {} }).left).toEqual({ runs: 0 });
	});

	test("reads, so that a dry run has it too, and gives a run no label unless the grant says so", () => {
		expect(prepared(GRANT, "remaining", [])).toMatchObject({
			...{ effect: "read", local: false, idempotent: true, worstCost: {} },
			planned: { left: {}, levels: { run: {}, agent: {}, grants: {} } },
		});
		expect(GRANT.labels).toEqual([]);
		expect(budgetRead.bind({ verb: "budget.read", labels: ["private"] }).labels).toEqual(["private"]);
	});

	test("takes no arguments, and has no other method", () => {
		expect(invalidMessage(GRANT, "remaining", [1])).toBe("remaining argument 1: found 1, wanted no argument");
		expect(invalidMessage(GRANT, "remaining", [undefined, 1])).toBe("remaining: found 2 arguments, wanted at most 1");
		for (const method of ["read", "constructor", "__proto__"])
			expect(invalidMessage(GRANT, method, [])).toMatch(/wanted one of remaining$/);
		expect(budgetRead.grantSchema.safeParse({ verb: "budget.read", agent: "other" }).success).toBe(false);
		expect(GRANT.declaration(NO_RESOURCES)).toContain("remaining(): Promise<{");
	});
});
