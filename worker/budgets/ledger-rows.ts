import { z } from "zod";
import { TenantLimits, TimeZone } from "../../contract/budgets.ts";
import { SHARE_DIMENSIONS, Share, type ShareDimension } from "./share.ts";
import { Crossed } from "./thresholds.ts";

/** One window of a tenant. `leased`: what slices that count in it may still turn into spending. Always: settled + leased <= limit, but for a limit that was lowered. */
export const LedgerWindow = z.strictObject({
	startMs: z.int(),
	resetsAtMs: z.int().nullable(),
	settled: Share,
	leased: Share,
	crossed: Crossed,
	/** When the last window before it ended of which something was spent or lent; left out: of none. None by other clocks begins before that. */
	spentUntilMs: z.int().optional(),
});
export type LedgerWindow = z.infer<typeof LedgerWindow>;

/**
 * A tenant's budget. `limits` bind: the tighter of the tenant's `own` and of the operator's `ceiling`. `now` holds what is under way at once; it never resets.
 */
export const Ledger = z.strictObject({
	limits: TenantLimits,
	own: TenantLimits,
	ceiling: TenantLimits,
	timeZone: TimeZone,
	windows: z.strictObject({
		minute: LedgerWindow,
		hour: LedgerWindow,
		day: LedgerWindow,
		month: LedgerWindow,
		lifetime: LedgerWindow,
		now: LedgerWindow,
	}),
});
export type Ledger = z.infer<typeof Ledger>;

/** A slice as the tenant's object keeps it: what was leased, in which windows (by their starts), and what its holder last reported. */
export const SliceRow = z.strictObject({
	holder: z.string(),
	n: z.int(),
	amount: Share,
	limited: z.array(z.enum(SHARE_DIMENSIONS)),
	windows: z.strictObject({ minute: z.int(), hour: z.int(), day: z.int(), month: z.int(), lifetime: z.int(), now: z.int() }),
	settled: Share,
	held: Share,
	closed: z.boolean(),
	scarce: z.boolean(),
	revision: z.int(),
	/** When its holder's time with it is over, by the tenant's clock. */
	endsAtMs: z.int(),
	/** When it was last asked back, or what stands for that in a new one. */
	askedAtMs: z.int(),
});
export type SliceRow = z.infer<typeof SliceRow>;

/** Where a tenant's budget is kept: the object's storage, or memory. */
export interface LedgerRows {
	/** Null: nothing has been written yet. */
	ledger(): Ledger | null;
	putLedger(ledger: Ledger): void;
	/** The highest number that a holder has used; 0: none. */
	highest(holder: string): number;
	putHighest(holder: string, n: number): void;
	slice(holder: string, n: number): SliceRow | null;
	putSlice(row: SliceRow): void;
	dropSlice(holder: string, n: number): void;
	/**
	 * Slices of other holders that may give back some of a dimension and that were not asked back since a moment, those not asked longest first: open ones that
	 * have some which is not used, and closed ones of which some was held when that was last told.
	 */
	idle(dimension: ShareDimension, exceptHolder: string, askedBeforeMs: number, most: number): SliceRow[];
	/** Slices whose time was over before a moment and that were not asked back since another. */
	overdue(endedBeforeMs: number, askedBeforeMs: number, most: number): SliceRow[];
	/** Lets the time of every slice that is not closed be over at a moment, as far as it is later, and forgets when they were asked back. */
	endAll(atMs: number): void;
}
