import { LIMITS } from "../../contract/limits.ts";

/** What became of an attempt, as far as the next one goes. */
export interface TriedSoFar {
	/** Attempts made, this one among them. */
	readonly attempts: number;
	readonly firstAtMs: number;
	readonly nowMs: number;
	/** How long the far side asks to be left alone, milliseconds; null: it does not say. */
	readonly retryAfterMs: number | null;
}

/**
 * When a delivery that failed is tried again, epoch milliseconds; null: no more. The wait doubles from LIMITS.deliveryWaitMs.first on and is drawn from its
 * upper half, so that deliveries which failed together do not come back together. What the far side asks for makes it longer, never shorter. The last attempt
 * is made LIMITS.deliveryTriesMs after the first at the latest.
 * @param random from 0 up to 1
 */
export const nextTry = ({ attempts, firstAtMs, nowMs, retryAfterMs }: TriedSoFar, random: number): number | null => {
	const { first, longest } = LIMITS.deliveryWaitMs;
	const widest = Math.min(longest, first * 2 ** (attempts - 1));
	const wait = Math.max(widest * (0.5 + random / 2), retryAfterMs ?? 0);
	const [atMs, endMs] = [Math.ceil(nowMs + wait), firstAtMs + LIMITS.deliveryTriesMs];
	if (atMs <= endMs) return atMs;
	return endMs - nowMs >= widest / 2 ? endMs : null;
};
