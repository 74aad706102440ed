import type { Budget, BudgetLimits, Limits } from "../../contract/budgets.ts";
import { type BudgetState, rollOver, type Shortage } from "./budget-state.ts";
import { addVectors, DIMENSIONS, type Vector } from "./vector.ts";
import { type WindowKind, windowReset } from "./windows.ts";

const leftOf = (limits: Limits, used: Vector): Limits => {
	const left: Limits = {};
	for (const dimension of DIMENSIONS) {
		const limit = limits[dimension];
		if (limit !== undefined) left[dimension] = Math.max(0, limit - used[dimension]);
	}
	return left;
};

/** The budget as the API shows it at a moment. */
export const describeBudget = (limits: BudgetLimits, before: BudgetState, atMs: number): Budget => {
	const state = rollOver(before, atMs);
	const show = (kind: WindowKind) => ({
		limits: limits[kind] ?? {},
		settled: state[kind].settled,
		held: state[kind].held,
		left: leftOf(limits[kind] ?? {}, addVectors(state[kind].settled, state[kind].held)),
		resetsAtMs: windowReset(kind, atMs),
	});
	return { limits, windows: { hour: show("hour"), day: show("day"), month: show("month"), lifetime: show("lifetime") } };
};

/** A refusal's sentence: which limit, what is left, what was wanted, when it resets. */
export const describeShortage = (shortage: Shortage): string => {
	const reset = shortage.resetsAtMs === null ? "it does not reset" : `it resets at ${new Date(shortage.resetsAtMs).toISOString()}`;
	return `Setting budget aside: ${shortage.left} ${shortage.dimension} left of the ${shortage.window} limit of ${shortage.limit}, wanted ${shortage.wanted}; ${reset}`;
};
