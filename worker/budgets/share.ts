import { z } from "zod";
import { DIMENSIONS } from "./vector.ts";

/** What a tenant's budget bounds: what is spent, and how many runs are live at once (held, never spent). */
export const SHARE_DIMENSIONS = [...DIMENSIONS, "liveRuns"] as const;
export type ShareDimension = (typeof SHARE_DIMENSIONS)[number];

/** Amounts in some of the dimensions; what is left out is zero, and zeros are left out. Whole numbers. */
export const Share = z.partialRecord(z.enum(SHARE_DIMENSIONS), z.int().min(0));
export type Share = { readonly [dimension in ShareDimension]?: number };

/** A share whose every dimension is worked out by itself. */
export const shareOf = (amountIn: (dimension: ShareDimension) => number): Share => {
	const share: { [dimension in ShareDimension]?: number } = {};
	for (const dimension of SHARE_DIMENSIONS) {
		const amount = amountIn(dimension);
		if (amount !== 0) share[dimension] = amount;
	}
	return share;
};

export const addShares = (left: Share, right: Share): Share => shareOf((dimension) => (left[dimension] ?? 0) + (right[dimension] ?? 0));
export const subtractShares = (left: Share, right: Share): Share =>
	shareOf((dimension) => (left[dimension] ?? 0) - (right[dimension] ?? 0));

/** The part of a share in the given dimensions. */
export const pickShare = (share: Share, dimensions: readonly ShareDimension[]): Share =>
	shareOf((dimension) => (dimensions.includes(dimension) ? (share[dimension] ?? 0) : 0));

export const isNothing = (share: Share): boolean => SHARE_DIMENSIONS.every((dimension) => (share[dimension] ?? 0) === 0);

/** Whether a share has another within it. */
export const hasWithin = (share: Share, part: Share): boolean =>
	SHARE_DIMENSIONS.every((dimension) => (part[dimension] ?? 0) <= (share[dimension] ?? 0));
