import { LIMITS } from "../../../contract/limits.ts";
import type { Hop } from "./next-hop.ts";
import { type HeaderList, headerBytes } from "./request-headers.ts";

/** Methods that may be repeated without a further effect (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Many public APIs refuse a request without these. */
const DEFAULTS: HeaderList = [
	["accept", "*/*"],
	["user-agent", "cordon"],
];

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);

/**
 * The headers that leave: the program's, defaults for those it did not set, the injected one, and an idempotency key where a repeat would act twice.
 * An encoding is never asked for, so that what comes is as large as what was sent; a far side that compresses all the same is counted decoded.
 */
export const wireHeaders = (hop: Hop, callId: string, injected: readonly [string, string] | null): HeaderList => {
	const set = new Set(hop.headers.map(([name]) => name));
	return [
		...hop.headers,
		...DEFAULTS.filter(([name]) => !set.has(name)),
		["accept-encoding", "identity"],
		...(isIdempotent(hop.method) || set.has("idempotency-key") ? [] : [["idempotency-key", callId] as const]),
		...(injected === null ? [] : [injected]),
	];
};

/** What a request costs, in egress bytes: method, URL, headers, body. */
export const requestBytes = (hop: Hop, headers: HeaderList): number =>
	hop.method.length + hop.url.href.length + 2 + headerBytes(headers) + (hop.body?.length ?? 0);

const CALL_ID_CHARS = 64;

/**
 * The most that one call may send: its first request with the longest secret, and, when redirects are followed, its body once more and
 * LIMITS.redirectBytes. What would pass it is not sent.
 */
export const worstRequestBytes = (hop: Hop, injected: { header: string; format: string } | null, follows: boolean): number => {
	const longest =
		injected === null
			? null
			: ([injected.header, injected.format.padEnd(injected.format.length + LIMITS.injectedSecretBytes.max)] as const);
	const first = requestBytes(hop, wireHeaders(hop, "".padEnd(CALL_ID_CHARS), longest));
	return follows ? first + (hop.body?.length ?? 0) + LIMITS.redirectBytes : first;
};
