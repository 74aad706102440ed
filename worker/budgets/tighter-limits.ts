import type { Limits, TenantLimits } from "../../contract/budgets.ts";
import { DIMENSIONS } from "./vector.ts";
import { WINDOW_KINDS } from "./windows.ts";

/** The lower of two limits; undefined: there is none. */
const lower = (one: number | undefined, other: number | undefined): number | undefined =>
	one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** What binds where two sets of limits hold: in each dimension the lower one, or the only one. */
export const tighterLimits = (one: Limits, other: Limits): Limits => {
	const tighter: Limits = {};
	for (const dimension of DIMENSIONS) {
		const limit = lower(one[dimension], other[dimension]);
		if (limit !== undefined) tighter[dimension] = limit;
	}
	return tighter;
};

/** The same of a tenant's limits, in each window and of runs at once. */
export const tighterTenantLimits = (one: TenantLimits, other: TenantLimits): TenantLimits => {
	const tighter: TenantLimits = {};
	for (const window of WINDOW_KINDS) {
		const limits = tighterLimits(one[window] ?? {}, other[window] ?? {});
		if (Object.keys(limits).length > 0) tighter[window] = limits;
	}
	const liveRuns = lower(one.liveRuns, other.liveRuns);
	return liveRuns === undefined ? tighter : { ...tighter, liveRuns };
};
