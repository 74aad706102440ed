import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import type { SliceReport } from "./lease-messages.ts";
import { addShares, hasWithin, isNothing, pickShare, SHARE_DIMENSIONS, Share, shareOf, subtractShares } from "./share.ts";

/**
 * A slice of the tenant's budget, as the agent that has it keeps it. Always, in each limited dimension: settled + held <= amount. `fromMs`, `untilMs`: when it
 * may be held from, by the agent's clock; `seenMs`: the latest moment at which it was.
 */
export const Slice = z.strictObject({
	n: z.int(),
	amount: Share,
	limited: z.array(z.enum(SHARE_DIMENSIONS)),
	settled: Share,
	held: Share,
	fromMs: z.number(),
	untilMs: z.number(),
	seenMs: z.number(),
	scarce: z.boolean(),
	closed: z.boolean(),
	/** Grows with each change; `acked` is the newest that the tenant's object knows. */
	revision: z.int(),
	acked: z.int(),
});
export type Slice = z.infer<typeof Slice>;

/** A slice that was asked for and that nobody ever had, to be reported as unused. */
export const unusedSlice = (n: number): Slice => ({
	...{ n, amount: {}, limited: [], settled: {}, held: {}, fromMs: 0, untilMs: 0, seenMs: 0 },
	...{ scarce: false, closed: true, revision: 1, acked: 0 },
});

/** Whether more may be held from it. A clock that was seen to run backwards ends it: what its moments mean is not known any more. */
export const isUsable = (slice: Slice, nowMs: number): boolean =>
	!slice.closed && slice.fromMs <= nowMs && nowMs < slice.untilMs && slice.seenMs - LIMITS.sliceBackwardsMs <= nowMs;

/** Takes an amount out of what is free of a slice; null: it does not have it, or not any more. */
export const holdFromSlice = (slice: Slice, amount: Share, nowMs: number): Slice | null => {
	if (!isUsable(slice, nowMs)) return null;
	const part = pickShare(amount, slice.limited);
	const used = pickShare(addShares(slice.settled, slice.held), slice.limited);
	if (!hasWithin(subtractShares(slice.amount, used), part)) return null;
	// What is not limited is held too: it may be by the time that it is settled.
	return { ...slice, held: addShares(slice.held, amount), seenMs: Math.max(slice.seenMs, nowMs), revision: slice.revision + 1 };
};

/**
 * Turns what was held into spending, also after the slice is over. What is not limited counts too, for the tenant's books and for limits that are set meanwhile.
 * @param charged at most what was held, in each dimension
 */
export const settleInSlice = (slice: Slice, amount: Share, charged: Share): Slice => ({
	...slice,
	held: shareOf((dimension) => Math.max(0, (slice.held[dimension] ?? 0) - (amount[dimension] ?? 0))),
	settled: addShares(slice.settled, charged),
	revision: slice.revision + 1,
});

export const closeSlice = (slice: Slice): Slice => (slice.closed ? slice : { ...slice, closed: true, revision: slice.revision + 1 });

/** Whether it is over and the tenant's object knows all of it: it can be forgotten. */
export const isDone = ({ closed, held, revision, acked }: Slice): boolean => closed && acked >= revision && isNothing(held);

export const reportOf = ({ n, revision, settled, held, closed }: Slice): SliceReport => ({ n, revision, settled, held, closed });
