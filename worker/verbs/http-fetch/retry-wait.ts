import { LIMITS } from "../../../contract/limits.ts";

/** Answers that say "later" (RFC 6585 §4, RFC 9110 §15.6). */
const PASSING = new Set([429, 502, 503, 504]);

export const isPassing = (status: number): boolean => PASSING.has(status);

/**
 * How long to wait before a request is sent again, milliseconds: what the far side asks for (RFC 9110 §10.2.3), else a wait that doubles and is drawn
 * from its upper half, so that calls which failed together do not come back together.
 * @param retryAfter the header, or null. @param random from 0 up to 1.
 */
export const retryWaitMs = (retried: number, retryAfter: string | null, nowMs: number, random: number): number => {
	const asked = retryAfter === null ? null : readRetryAfter(retryAfter, nowMs);
	if (asked !== null) return asked;
	const { first, max } = LIMITS.retryWaitMs;
	return Math.min(max, first * 2 ** retried) * (0.5 + random / 2);
};

const SECONDS = /^\d{1,9}$/;
/** IMF-fixdate (RFC 9110 §5.6.7); Date.parse alone takes almost any text for a date. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** How long a `retry-after` asks to wait, milliseconds (RFC 9110 §10.2.3); null: it is none. */
export const readRetryAfter = (text: string, nowMs: number): number | null => {
	if (SECONDS.test(text)) return Number(text) * 1_000;
	const atMs = DATE.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
};
