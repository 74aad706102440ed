import type { Shortage } from "../../budgets/budget-state.ts";
import type { EffectiveLimits } from "../../policy/run-limits.ts";
import type { ObjectState } from "./object-state.ts";
import { runBudget } from "./run-budget.ts";
import type { RunRow } from "./run-rows.ts";
import { heldOf } from "./run-spending.ts";

const TIMES = ["cpuMs", "wallMs"] as const;
type Time = (typeof TIMES)[number];

/**
 * What an attempt may use. The policy's and the request's limits are for each attempt; the budget's limits on one run are for all of them together: a later
 * attempt has at most what those before it have left.
 */
export const attemptLimits = (state: ObjectState, row: RunRow): EffectiveLimits => {
	const { limits } = row.state;
	return {
		...limits,
		cpuMs: Math.min(limits.cpuMs, leftOf(state, row, "cpuMs")),
		wallMs: Math.min(limits.wallMs, leftOf(state, row, "wallMs")),
	};
};

/** What of the budget's limits on one run is used up, so that no attempt can be made any more; null: nothing. */
export const attemptShortage = (state: ObjectState, row: RunRow): Shortage | null => {
	const dimension = TIMES.find((time) => leftOf(state, row, time) < 1);
	if (dimension === undefined) return null;
	return {
		level: "run",
		window: "run",
		dimension,
		limit: runBudget(state, row)[dimension] ?? 0,
		left: 0,
		wanted: row.state.limits[dimension],
		resetsAtMs: null,
	};
};

/** Milliseconds; a first attempt has what it was admitted with. */
const leftOf = (state: ObjectState, row: RunRow, time: Time): number => {
	const most = row.state.charged ? runBudget(state, row)[time] : undefined;
	if (most === undefined) return Number.POSITIVE_INFINITY;
	return Math.max(0, most - row.state.usage[time] - row.state.lent[time] - heldOf(state, row.id, row.id)[time]);
};
