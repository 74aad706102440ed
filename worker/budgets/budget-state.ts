import { z } from "zod";
import { Amounts, type BudgetLimits, type Limits } from "../../contract/budgets.ts";
import { Crossed, type Threshold, takeThresholds } from "./thresholds.ts";
import { addVectors, DIMENSIONS, type Dimension, subtractVectors, type Vector, ZERO } from "./vector.ts";
import { WINDOW_KINDS, type WindowKind, spanAfter, windowReset, windowSpan } from "./windows.ts";

/** `resetsAtMs`: when the window ends, as it was when it began; a state of before windows kept it has none, and its windows are UTC's. */
const WindowShape = z.strictObject({
	startMs: z.int(),
	resetsAtMs: z.int().nullable().optional(),
	settled: Amounts,
	held: Amounts,
	crossed: Crossed.optional(),
});
type WindowShape = z.infer<typeof WindowShape>;

const NONE_YET = { startMs: 0, resetsAtMs: 0, settled: ZERO, held: ZERO };

/** What has been spent and set aside in each window that is current. */
export const BudgetState = z.strictObject({
	minute: WindowShape.default(NONE_YET),
	hour: WindowShape,
	day: WindowShape,
	month: WindowShape,
	lifetime: WindowShape,
});
export type BudgetState = z.infer<typeof BudgetState>;

const Starts = z.strictObject({ minute: z.int().default(-1), hour: z.int(), day: z.int(), month: z.int(), lifetime: z.int() });

/**
 * A part of the budget set aside: how much, and in which windows (by their starts) it counts. `lent`: the part of it for runs that a call starts. `grant`: whose
 * own windows it counts in as well. `slice`: out of which slice of the tenant's budget it is, without what is lent.
 */
export const Hold = z.strictObject({
	amount: Amounts,
	windows: Starts,
	lent: Amounts.optional(),
	grant: z.strictObject({ name: z.string(), windows: Starts }).optional(),
	slice: z.int().optional(),
});
export type Hold = z.infer<typeof Hold>;

/** Whose limit it is: one run's, one grant's, the agent's, or its tenant's. */
export type BudgetLevel = "run" | "grant" | "agent" | "tenant";

/** Why a hold could not be made: whose limit, which one, what is left of it, when it resets (null: never). */
export interface Shortage {
	/** Left out: the run's where the window is `run`, else the agent's. */
	readonly level?: BudgetLevel;
	/** The grant's name, for its level. */
	readonly grant?: string;
	/** `now`: what may be under way at once. */
	readonly window: WindowKind | "run" | "now";
	readonly dimension: Dimension | "liveRuns";
	readonly limit: number;
	readonly left: number;
	readonly wanted: number;
	readonly resetsAtMs: number | null;
}

type HoldAnswer = { kind: "held"; state: BudgetState; hold: Hold } | { kind: "short"; shortage: Shortage };

const eachWindow = <Made>(make: (kind: WindowKind) => Made): Record<WindowKind, Made> => ({
	minute: make("minute"),
	hour: make("hour"),
	day: make("day"),
	month: make("month"),
	lifetime: make("lifetime"),
});

/** @param zone by whose clocks the windows begin and end, an IANA name */
export const emptyBudget = (atMs: number, zone = "UTC"): BudgetState =>
	eachWindow((kind) => {
		const { startMs, endMs } = windowSpan(kind, atMs, zone);
		return { startMs, resetsAtMs: endMs, settled: ZERO, held: ZERO };
	});

const endOf = (kind: WindowKind, window: WindowShape): number | null =>
	window.resetsAtMs === undefined ? windowReset(kind, window.startMs) : window.resetsAtMs;

/**
 * The state with every window that has ended replaced by an empty one. A clock that runs backwards keeps the later window; a window keeps the end that it had
 * when it began, so a change of the zone holds from the next one, whose first is not cut short (spanAfter), and none gives its money twice.
 */
export const rollOver = (state: BudgetState, atMs: number, zone = "UTC"): BudgetState =>
	eachWindow((kind) => {
		const resetsAtMs = endOf(kind, state[kind]);
		if (resetsAtMs === null || atMs < resetsAtMs) return state[kind];
		const { startMs, endMs } = spanAfter(kind, resetsAtMs, atMs, zone);
		return { startMs, resetsAtMs: endMs, settled: ZERO, held: ZERO };
	});

/**
 * What keeps an amount from fitting under limits where `used` is spent or set aside already; null when it fits. What is not limited ends where whole numbers are
 * kept exactly: a sum beyond that could not be read again.
 */
export const findShortage = (
	limits: Limits,
	used: Vector,
	amount: Vector,
): { dimension: Dimension; limit: number; left: number; wanted: number } | null => {
	for (const dimension of DIMENSIONS) {
		const limit = limits[dimension] ?? Number.MAX_SAFE_INTEGER;
		if (amount[dimension] === 0) continue;
		const left = limit - used[dimension];
		if (amount[dimension] > left) return { dimension, limit, left: Math.max(0, left), wanted: amount[dimension] };
	}
	return null;
};

/** Sets an amount aside in every window, or says which limit it would pass. After it, settled + held <= limit in each limited dimension. */
export const holdAmount = (before: BudgetState, limits: BudgetLimits, amount: Vector, atMs: number, zone = "UTC"): HoldAnswer => {
	const state = rollOver(before, atMs, zone);
	for (const window of WINDOW_KINDS) {
		const shortage = findShortage(limits[window] ?? {}, addVectors(state[window].settled, state[window].held), amount);
		if (shortage !== null) return { kind: "short", shortage: { window, ...shortage, resetsAtMs: endOf(window, state[window]) } };
	}
	return {
		kind: "held",
		state: eachWindow((kind) => ({ ...state[kind], held: addVectors(state[kind].held, amount) })),
		hold: { amount, windows: eachWindow((kind) => state[kind].startMs) },
	};
};

/**
 * The part of a real amount that a hold covers: what was used beyond it is the house's loss, so that no limit is ever passed. Never less than nothing, whatever a
 * clock that was set back has measured; what is no number is all that is held.
 */
export const coveredBy = ({ amount }: Pick<Hold, "amount">, real: Vector): Vector => {
	const covered = (dimension: Dimension): number =>
		Number.isNaN(real[dimension]) ? amount[dimension] : Math.max(0, Math.min(amount[dimension], real[dimension]));
	return {
		runs: covered("runs"),
		calls: covered("calls"),
		cpuMs: covered("cpuMs"),
		wallMs: covered("wallMs"),
		tokens: covered("tokens"),
		egressBytes: covered("egressBytes"),
		usdMicros: covered("usdMicros"),
	};
};

/** Turns a hold into spending: takes it out of what is set aside and adds what was charged, in the windows it was made in. */
export const settleHold = (before: BudgetState, hold: Hold, charged: Vector, atMs: number, zone = "UTC"): BudgetState => {
	const state = rollOver(before, atMs, zone);
	return eachWindow((kind) =>
		state[kind].startMs === hold.windows[kind]
			? {
					...state[kind],
					held: subtractVectors(state[kind].held, hold.amount),
					settled: addVectors(state[kind].settled, charged),
				}
			: state[kind],
	);
};

/** The parts of limits that what is settled has reached and that no window has told of yet, and the state that will not tell them again. */
export const crossThresholds = (state: BudgetState, limits: BudgetLimits): { state: BudgetState; told: Threshold[] } => {
	const told: Threshold[] = [];
	let isChanged = false;
	const marked = eachWindow((kind) => {
		const window = state[kind];
		const { settled, crossed = {} } = window;
		const taken = takeThresholds(kind, limits[kind] ?? {}, { settled, crossed, resetsAtMs: endOf(kind, window) });
		told.push(...taken.told);
		if (taken.crossed === crossed) return window;
		isChanged = true;
		return { ...window, crossed: taken.crossed };
	});
	return { state: isChanged ? marked : state, told };
};
