import type { Limits, TenantLimits } from "../../contract/budgets.ts";
import type { Shortage } from "./budget-state.ts";
import type { Ledger, LedgerWindow, SliceRow } from "./ledger-rows.ts";
import { addShares, isNothing, pickShare, SHARE_DIMENSIONS, type Share, type ShareDimension, subtractShares } from "./share.ts";
import { type Threshold, takeThresholds } from "./thresholds.ts";
import { DIMENSIONS } from "./vector.ts";
import { spanAfter, WINDOW_KINDS, type WindowKind, windowSpan } from "./windows.ts";

/** A tenant's windows, and what is under way at once. */
export const LEDGER_WINDOWS = [...WINDOW_KINDS, "now"] as const;
export type LedgerWindowKind = (typeof LEDGER_WINDOWS)[number];

const each = <Made>(make: (kind: LedgerWindowKind) => Made): Record<LedgerWindowKind, Made> => ({
	minute: make("minute"),
	hour: make("hour"),
	day: make("day"),
	month: make("month"),
	lifetime: make("lifetime"),
	now: make("now"),
});

const freshWindow = (kind: LedgerWindowKind, atMs: number, timeZone: string): LedgerWindow => {
	const { startMs, endMs } = kind === "now" ? { startMs: 0, endMs: null } : windowSpan(kind, atMs, timeZone);
	return { startMs, resetsAtMs: endMs, settled: {}, leased: {}, crossed: {} };
};

export const emptyLedger = (limits: TenantLimits, timeZone: string, atMs: number): Ledger => ({
	...{ limits, own: limits, ceiling: {} },
	timeZone,
	windows: each((kind) => freshWindow(kind, atMs, timeZone)),
});

/** The ledger with every window that has ended replaced by an empty one. A clock that runs backwards keeps the later window. */
export const rollLedger = (ledger: Ledger, atMs: number): Ledger => {
	const hasEnded = (kind: WindowKind): boolean => {
		const { resetsAtMs } = ledger.windows[kind];
		return resetsAtMs !== null && resetsAtMs <= atMs;
	};
	if (!WINDOW_KINDS.some(hasEnded)) return ledger;
	const roll = (kind: LedgerWindowKind): LedgerWindow => {
		const window = ledger.windows[kind];
		if (kind === "now" || !hasEnded(kind)) return window;
		const { startMs, endMs } = spanAfter(kind, window.resetsAtMs ?? 0, atMs, ledger.timeZone);
		const spentUntilMs = isUntouched(window) ? window.spentUntilMs : (window.resetsAtMs ?? undefined);
		return {
			...{ startMs, resetsAtMs: endMs, settled: {}, leased: {}, crossed: {} },
			...(spentUntilMs === undefined ? {} : { spentUntilMs }),
		};
	};
	return { ...ledger, windows: each(roll) };
};

const isUntouched = ({ settled, leased }: LedgerWindow): boolean => isNothing(settled) && isNothing(leased);

/**
 * The ledger with another zone: a window in which nothing was spent begins anew by its clocks, the others keep their ends. It is not cut short either where
 * something was spent right before it: else whoever moves, before it spends, to where a day is about to end had a day's money every hour.
 */
export const moveLedger = (ledger: Ledger, timeZone: string, atMs: number): Ledger => {
	if (timeZone === ledger.timeZone) return ledger;
	const move = (kind: LedgerWindowKind): LedgerWindow => {
		const window = ledger.windows[kind];
		if (kind === "now" || !isUntouched(window)) return window;
		const { spentUntilMs } = window;
		if (spentUntilMs === undefined) return freshWindow(kind, atMs, timeZone);
		const { startMs, endMs } = spanAfter(kind, spentUntilMs, atMs, timeZone);
		return { ...window, startMs, resetsAtMs: endMs };
	};
	return { ...ledger, timeZone, windows: each(move) };
};

/** The limit of a dimension in a window; undefined: there is none. */
export const limitIn = (limits: TenantLimits, kind: LedgerWindowKind, dimension: ShareDimension): number | undefined => {
	if (kind === "now") return dimension === "liveRuns" ? limits.liveRuns : undefined;
	const ofWindow: Limits = limits[kind] ?? {};
	return dimension === "liveRuns" ? undefined : ofWindow[dimension];
};

/** The dimensions in which a tenant has a limit, in any window. */
export const limitedDimensions = (limits: TenantLimits): ShareDimension[] =>
	SHARE_DIMENSIONS.filter((dimension) => LEDGER_WINDOWS.some((kind) => limitIn(limits, kind, dimension) !== undefined));

/** Every limit that bounds some of the given dimensions, as it stands. `left` is below zero where a limit was lowered. */
export const boundsOf = (ledger: Ledger, dimensions: readonly ShareDimension[]) =>
	LEDGER_WINDOWS.flatMap((window) => {
		const { settled, leased, resetsAtMs } = ledger.windows[window];
		return dimensions.flatMap((dimension) => {
			const limit = limitIn(ledger.limits, window, dimension);
			if (limit === undefined) return [];
			const lent = leased[dimension] ?? 0;
			return [{ window, dimension, limit, lent, left: limit - (settled[dimension] ?? 0) - lent, resetsAtMs }];
		});
	});

/** The first limit that a share does not fit under; null: it fits under all. */
export const shortageOf = (ledger: Ledger, share: Share): Shortage | null => {
	for (const { window, dimension, limit, left, resetsAtMs } of boundsOf(ledger, SHARE_DIMENSIONS)) {
		const wanted = share[dimension] ?? 0;
		if (wanted > 0 && wanted > left) return { level: "tenant", window, dimension, limit, left: Math.max(0, left), wanted, resetsAtMs };
	}
	return null;
};

/** What may still become spending of a slice, as far as its holder has told: all of it while it may hold from it, then what it holds. */
const outstandingOf = ({ amount, limited, settled, held, closed }: SliceRow): Share =>
	closed ? held : subtractShares(amount, pickShare(settled, limited));

/** The ledger after a slice's row has changed, or come (`before` null), in the windows that it counts in and that are current. */
export const countSlice = (ledger: Ledger, before: SliceRow | null, after: SliceRow): Ledger => {
	const spent = before === null ? after.settled : subtractShares(after.settled, before.settled);
	const lent = before === null ? outstandingOf(after) : subtractShares(outstandingOf(after), outstandingOf(before));
	const count = (kind: LedgerWindowKind): LedgerWindow => {
		const window = ledger.windows[kind];
		if (window.startMs !== after.windows[kind]) return window;
		const settled = addShares(window.settled, pickShare(spent, DIMENSIONS));
		return { ...window, settled, leased: addShares(window.leased, lent) };
	};
	return { ...ledger, windows: each(count) };
};

/** The starts of the current windows: what is leased now counts in them. */
export const windowStarts = (ledger: Ledger): SliceRow["windows"] => each((kind) => ledger.windows[kind].startMs);

/** What the windows have to tell of their limits now, and the ledger that will not tell it again. */
export const crossLedger = (ledger: Ledger): { ledger: Ledger; told: Threshold[] } => {
	const told: Threshold[] = [];
	let isChanged = false;
	const mark = (kind: LedgerWindowKind): LedgerWindow => {
		const window = ledger.windows[kind];
		if (kind === "now") return window;
		const taken = takeThresholds(kind, ledger.limits[kind] ?? {}, window);
		told.push(...taken.told);
		if (taken.crossed === window.crossed) return window;
		isChanged = true;
		return { ...window, crossed: taken.crossed };
	};
	const windows = each(mark);
	return { ledger: isChanged ? { ...ledger, windows } : ledger, told };
};
