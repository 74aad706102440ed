import type { Limits } from "../../../contract/budgets.ts";
import { DIMENSIONS } from "../../budgets/vector.ts";
import type { BudgetLeft } from "../verb.ts";

/**
 * What `remaining()` answers: what is left on each level, and beside it `left`, the least of what is left of each dimension on the levels that bind every call.
 * A grant's own limits bind its calls alone, so they are not in it.
 */
export const remaining = (levels: BudgetLeft): { left: Limits; levels: BudgetLeft } => ({
	left: tightest([levels.run, ...Object.values(levels.agent).map(({ left }) => left)]),
	levels,
});

const tightest = (amounts: readonly Limits[]): Limits => {
	const left: Limits = {};
	for (const dimension of DIMENSIONS) {
		const least = Math.min(...amounts.map((amount) => amount[dimension] ?? Number.POSITIVE_INFINITY));
		if (Number.isFinite(least)) left[dimension] = least;
	}
	return left;
};
