import { LIMITS } from "../../contract/limits.ts";

/** What proves who somebody is, and what those say who stand between a sender and the platform. */
const HIDDEN: ReadonlySet<string> = new Set([
	...["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"],
	...["forwarded", "via", "x-real-ip", "true-client-ip", "cdn-loop"],
	...["host", "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "expect", "content-length"],
]);
const HIDDEN_PREFIXES = ["cf-", "x-forwarded-", "cordon-", "mf-"];

/**
 * The headers of a webhook as its program, its filter and its mapping see them: names in lower case. Signatures, credentials and what proxies add are not among
 * them; a header that is too long is left out, as are those past the most.
 * @param signatures the scheme's own headers, in lower case
 */
export const shownHeaders = (headers: Headers, signatures: readonly string[]): Readonly<Record<string, string>> => {
	const shown: [string, string][] = [];
	for (const [name, value] of headers) {
		const isHidden = HIDDEN.has(name) || signatures.includes(name) || HIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix));
		if (!isHidden && value.length <= LIMITS.hookHeaderChars && shown.length < LIMITS.hookHeaders) shown.push([name, value]);
	}
	return Object.fromEntries(shown);
};
