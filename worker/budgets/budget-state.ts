import { z } from "zod";
import { Amounts, type BudgetLimits, type Limits } from "../../contract/budgets.ts";
import { addVectors, DIMENSIONS, type Dimension, subtractVectors, type Vector, ZERO } from "./vector.ts";
import { WINDOW_KINDS, type WindowKind, windowReset, windowStart } from "./windows.ts";

const WindowShape = z.strictObject({ startMs: z.int(), settled: Amounts, held: Amounts });

/** What has been spent and set aside in each window that is current. */
export const BudgetState = z.strictObject({ hour: WindowShape, day: WindowShape, month: WindowShape, lifetime: WindowShape });
export type BudgetState = z.infer<typeof BudgetState>;

/** A part of the budget set aside: how much, and in which windows (by their starts) it counts. */
export const Hold = z.strictObject({
	amount: Amounts,
	windows: z.strictObject({ hour: z.int(), day: z.int(), month: z.int(), lifetime: z.int() }),
});
export type Hold = z.infer<typeof Hold>;

/** Why a hold could not be made: which limit, what is left of it, when it resets (null: never). */
export interface Shortage {
	readonly window: WindowKind | "run";
	readonly dimension: Dimension;
	readonly limit: number;
	readonly left: number;
	readonly wanted: number;
	readonly resetsAtMs: number | null;
}

type HoldAnswer = { kind: "held"; state: BudgetState; hold: Hold } | { kind: "short"; shortage: Shortage };

export const emptyBudget = (atMs: number): BudgetState => {
	const fresh = (kind: WindowKind) => ({ startMs: windowStart(kind, atMs), settled: ZERO, held: ZERO });
	return { hour: fresh("hour"), day: fresh("day"), month: fresh("month"), lifetime: fresh("lifetime") };
};

/** The state with every window that has ended replaced by an empty one. A clock that runs backwards keeps the later window. */
export const rollOver = (state: BudgetState, atMs: number): BudgetState => {
	const roll = (kind: WindowKind) => {
		const startMs = windowStart(kind, atMs);
		return startMs > state[kind].startMs ? { startMs, settled: ZERO, held: ZERO } : state[kind];
	};
	return { hour: roll("hour"), day: roll("day"), month: roll("month"), lifetime: roll("lifetime") };
};

/** What keeps an amount from fitting under limits where `used` is spent or set aside already; null when it fits. */
export const findShortage = (
	limits: Limits,
	used: Vector,
	amount: Vector,
): { dimension: Dimension; limit: number; left: number; wanted: number } | null => {
	for (const dimension of DIMENSIONS) {
		const limit = limits[dimension];
		if (limit === undefined || amount[dimension] === 0) continue;
		const left = limit - used[dimension];
		if (amount[dimension] > left) return { dimension, limit, left: Math.max(0, left), wanted: amount[dimension] };
	}
	return null;
};

/** Sets an amount aside in every window, or says which limit it would pass. After it, settled + held <= limit in each limited dimension. */
export const holdAmount = (before: BudgetState, limits: BudgetLimits, amount: Vector, atMs: number): HoldAnswer => {
	const state = rollOver(before, atMs);
	for (const window of WINDOW_KINDS) {
		const shortage = findShortage(limits[window] ?? {}, addVectors(state[window].settled, state[window].held), amount);
		if (shortage !== null) return { kind: "short", shortage: { window, ...shortage, resetsAtMs: windowReset(window, atMs) } };
	}
	const put = (kind: WindowKind) => ({ ...state[kind], held: addVectors(state[kind].held, amount) });
	return {
		kind: "held",
		state: { hour: put("hour"), day: put("day"), month: put("month"), lifetime: put("lifetime") },
		hold: {
			amount,
			windows: {
				hour: state.hour.startMs,
				day: state.day.startMs,
				month: state.month.startMs,
				lifetime: state.lifetime.startMs,
			},
		},
	};
};

/** The part of a real amount that a hold covers: what was used beyond it is the house's loss, so that no limit is ever passed. */
export const coveredBy = (hold: Hold, real: Vector): Vector => ({
	runs: Math.min(hold.amount.runs, real.runs),
	calls: Math.min(hold.amount.calls, real.calls),
	cpuMs: Math.min(hold.amount.cpuMs, real.cpuMs),
	wallMs: Math.min(hold.amount.wallMs, real.wallMs),
	tokens: Math.min(hold.amount.tokens, real.tokens),
	egressBytes: Math.min(hold.amount.egressBytes, real.egressBytes),
	usdMicros: Math.min(hold.amount.usdMicros, real.usdMicros),
});

/** Turns a hold into spending: takes it out of what is set aside and adds what was charged, in the windows it was made in. */
export const settleHold = (before: BudgetState, hold: Hold, charged: Vector, atMs: number): BudgetState => {
	const state = rollOver(before, atMs);
	const settle = (kind: WindowKind) =>
		state[kind].startMs === hold.windows[kind]
			? {
					...state[kind],
					held: subtractVectors(state[kind].held, hold.amount),
					settled: addVectors(state[kind].settled, charged),
				}
			: state[kind];
	return { hour: settle("hour"), day: settle("day"), month: settle("month"), lifetime: settle("lifetime") };
};
