import { LIMITS } from "../../../contract/limits.ts";

/** Whole seconds or milliseconds since 1970 in decimal digits, without a sign, a fraction, an exponent or a leading zero. */
const TIME = /^[1-9][0-9]{0,14}$/;

/** The time that a header says; null: it says none of this form. */
export const readTime = (text: string, unit: "seconds" | "milliseconds" = "seconds"): number | null => {
	if (!TIME.test(text)) return null;
	return unit === "seconds" ? Number(text) * 1000 : Number(text);
};

/** Whether a message signed at a time is neither too old nor too far ahead. */
export const isInWindow = (atMs: number, nowMs: number, toleranceSeconds: number): boolean => {
	const aheadSeconds = Math.min(toleranceSeconds, LIMITS.hookAheadSeconds);
	return nowMs - atMs <= toleranceSeconds * 1000 && atMs - nowMs <= aheadSeconds * 1000;
};
