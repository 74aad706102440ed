import { LIMITS } from "../../contract/limits.ts";
import type { Ledger } from "./ledger-rows.ts";
import { boundsOf } from "./ledger-window.ts";
import { type Share, type ShareDimension, shareOf } from "./share.ts";

/** What is leased for a want that fits, how long it is good for in milliseconds, and whether little is free. */
export interface SliceSize {
	readonly amount: Share;
	readonly validForMs: number;
	readonly scarce: boolean;
}

/**
 * How large a slice is: what is wanted, and of what is wished beside it a part of the room. The room is the part of what is not spent that may be lent out,
 * less what is lent already; a small part of what is free is always room. While there is plenty, slices are large and live long; when little is free they are
 * what is wanted, for seconds.
 */
export const sizeSlice = (ledger: Ledger, want: Share, wish: Share, limited: readonly ShareDimension[], nowMs: number): SliceSize => {
	const bounds = boundsOf(ledger, limited);
	const rooms = new Map<ShareDimension, number>();
	let scarce = false;
	for (const { dimension, left, lent } of bounds) {
		const wanted = want[dimension] ?? 0;
		const room = Math.floor((left + lent) / LIMITS.sliceLentPart) - lent - wanted;
		const part = Math.max(0, Math.floor(room / LIMITS.sliceRoomPart), Math.floor((left - wanted) / LIMITS.sliceFreePart));
		rooms.set(dimension, Math.min(part, rooms.get(dimension) ?? part));
		if (wanted > 0 && left - wanted < Math.max(wanted, (left + lent) / LIMITS.sliceScarcePart)) scarce = true;
	}
	const amount = shareOf((dimension) => {
		const wanted = limited.includes(dimension) ? (want[dimension] ?? 0) : 0;
		const wished = limited.includes(dimension) ? (wish[dimension] ?? 0) : 0;
		return wanted + Math.max(0, Math.min(wished - wanted, rooms.get(dimension) ?? 0));
	});
	// Only windows that the slice counts under end it: a limit on bytes per minute does not end a slice of runs.
	const ends = bounds
		.filter(({ dimension }) => (amount[dimension] ?? 0) > 0)
		.map(({ resetsAtMs }) => resetsAtMs ?? Number.POSITIVE_INFINITY);
	const untilEndMs = Math.min(Number.POSITIVE_INFINITY, ...ends) - nowMs - LIMITS.sliceMarginMs;
	const { max, min, scarce: scarceMs } = LIMITS.sliceMs;
	return { amount, scarce, validForMs: Math.max(min, Math.min(scarce ? scarceMs : max, untilEndMs)) };
};
