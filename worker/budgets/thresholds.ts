import { z } from "zod";
import type { Limits } from "../../contract/budgets.ts";
import { BUDGET_LIMITS } from "../../contract/limits/budget-limits.ts";
import { DIMENSIONS, type PartialVector } from "./vector.ts";
import { WINDOW_KINDS, type WindowKind } from "./windows.ts";

/** The highest part of each limit, percent, that a window has told of. */
export const Crossed = z.partialRecord(z.enum(DIMENSIONS), z.int().min(0).max(100));
export type Crossed = z.infer<typeof Crossed>;

/** A part of a limit that has been spent: what `budget.threshold` tells. */
export const Threshold = z.strictObject({
	window: z.enum(WINDOW_KINDS),
	dimension: z.enum(DIMENSIONS),
	percent: z.int(),
	limit: z.int(),
	settled: z.int(),
	resetsAtMs: z.int().nullable(),
});
export type Threshold = z.infer<typeof Threshold>;

/** Which parts of a limit, percent, are reached by what is spent now and were not before. A limit of 0 has none: nothing can be spent under it. */
export const thresholdsCrossed = (limit: number, before: number, after: number): number[] =>
	limit <= 0 ? [] : BUDGET_LIMITS.thresholdPercents.filter((percent) => after / limit >= percent / 100 && before / limit < percent / 100);

interface Spending {
	readonly settled: PartialVector;
	readonly crossed: Crossed;
	readonly resetsAtMs: number | null;
}

/**
 * What a window has to tell now, each part of each limit once: also when a limit is raised and reached again. `lifetime` alone never begins anew, so there a
 * part that is not reached any more, since the limit was raised, will be told again.
 * @returns the new thresholds, and the mark that keeps them from being told twice: the very one that was given where nothing has changed
 */
export const takeThresholds = (window: WindowKind, limits: Limits, spending: Spending): { told: Threshold[]; crossed: Crossed } => {
	const marks: Crossed = { ...spending.crossed };
	let isChanged = false;
	const told = DIMENSIONS.flatMap((dimension) => {
		const limit = limits[dimension];
		const settled = spending.settled[dimension] ?? 0;
		if (limit === undefined) return [];
		const reached = thresholdsCrossed(limit, 0, settled);
		const highest = reached.at(-1) ?? 0;
		const before = spending.crossed[dimension] ?? 0;
		const known = window === "lifetime" ? Math.min(before, highest) : before;
		const fresh = reached.filter((percent) => percent > known);
		const after = Math.max(known, highest);
		if (after !== before) {
			marks[dimension] = after;
			isChanged = true;
		}
		return fresh.map((percent) => ({ window, dimension, percent, limit, settled, resetsAtMs: spending.resetsAtMs }));
	});
	return { told, crossed: isChanged ? marks : spending.crossed };
};
