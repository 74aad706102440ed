import type { Context } from "hono";

/**
 * What every answer carries. Answers are data for programs: nothing may store them, frame them, embed them, guess their type or run anything in them.
 * No CORS header is ever sent, so a browser gives no other origin's page an answer to read; and who calls is only ever said by a header that no browser
 * adds by itself, so that another site's page has nothing to forge a request with.
 */
const HEADERS: readonly (readonly [string, string])[] = [
	["cache-control", "no-store"],
	["cross-origin-resource-policy", "same-origin"],
	["referrer-policy", "no-referrer"],
	["x-content-type-options", "nosniff"],
	["x-frame-options", "DENY"],
];

const NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'";
/** A year. Only over TLS: on plain HTTP it may not be sent (RFC 6797 §7.2). Of other hosts of the domain it says nothing. */
const TLS_ONLY = "max-age=31536000";

/** Puts the request's id and the headers of every answer on the answer made. A page that a room made brings its own content security policy. */
export const stampResponse = (context: Context, requestId: string): void => {
	// Set on the answer itself: hono's own way copies the answer for each header.
	const { headers } = context.res;
	for (const [name, value] of HEADERS) headers.set(name, value);
	if (!headers.has("content-security-policy")) headers.set("content-security-policy", NOTHING_ALLOWED);
	if (context.req.url.startsWith("https:")) headers.set("strict-transport-security", TLS_ONLY);
	headers.set("x-request-id", requestId);
};
