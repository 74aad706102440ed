import type { Context } from "hono";

/**
 * What every answer carries. Answers are data for programs: nothing may store them, frame them, guess their type or run anything in them.
 * No CORS header is ever sent, so a browser gives no other origin's page an answer to read.
 */
const HEADERS: readonly (readonly [string, string])[] = [
	["cache-control", "no-store"],
	["content-security-policy", "default-src 'none'; frame-ancestors 'none'"],
	["referrer-policy", "no-referrer"],
	["x-content-type-options", "nosniff"],
];

/** Puts the request's id and the headers of every answer on the answer made. */
export const stampResponse = (context: Context, requestId: string): void => {
	// Set on the answer itself: hono's own way copies the answer for each header.
	const { headers } = context.res;
	for (const [name, value] of HEADERS) headers.set(name, value);
	headers.set("x-request-id", requestId);
};
