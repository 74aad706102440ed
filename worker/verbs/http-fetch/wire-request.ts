import { LIMITS } from "../../../contract/limits.ts";
import type { Content } from "../verb.ts";
import type { FetchRequest } from "./fetch-arguments.ts";
import type { HttpMethod } from "./http-methods.ts";
import type { Hop } from "./next-hop.ts";
import { type HeaderList, headerBytes } from "./request-headers.ts";

/** A request as it leaves. */
export interface WireRequest {
	readonly method: HttpMethod;
	readonly url: URL;
	readonly headers: HeaderList;
	readonly body: WireBody;
}

/** Bytes, or content of the run that is read as it is sent, once. */
export type WireBody = Uint8Array<ArrayBuffer> | Content | null;

/** Methods that may be repeated without a further effect (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Many public APIs refuse a request without these. */
const DEFAULTS: HeaderList = [
	["accept", "*/*"],
	["user-agent", "cordon"],
];

export const isIdempotent = (method: string): boolean => IDEMPOTENT.has(method);

/** The key of a request that a repeat would make act twice: under which header it goes, and what it says. */
export interface RequestKey {
	/** Lower-case name. */
	readonly header: string;
	readonly callId: string;
}

/** Where the key goes unless the grant says otherwise (draft-ietf-httpapi-idempotency-key-header); a program may set one of its own there. */
export const DEFAULT_KEY_HEADER = "idempotency-key";

/**
 * The headers that leave, but for those of a credential: the program's, defaults for those it did not set, and an idempotency key where a repeat would
 * act twice. An encoding is never asked for, so that what comes is as large as what was sent; a far side that compresses all the same is counted decoded.
 */
export const wireHeaders = (hop: Pick<Hop, "method" | "headers">, key: RequestKey): HeaderList => {
	const set = new Set(hop.headers.map(([name]) => name));
	return [
		...hop.headers,
		...DEFAULTS.filter(([name]) => !set.has(name)),
		["accept-encoding", "identity"],
		...(isIdempotent(hop.method) || set.has(key.header) ? [] : [[key.header, key.callId] as const]),
	];
};

/** A request with one more header, in place of any of its name. */
export const withHeader = (wire: WireRequest, name: string, value: string): WireRequest => ({
	...wire,
	headers: [...wire.headers.filter(([other]) => other !== name), [name, value]],
});

const bodyBytes = (body: WireBody): number => (body === null ? 0 : body instanceof Uint8Array ? body.length : body.bytes);

/** What a request costs, in egress bytes: method, URL, headers, body. */
export const requestBytes = (wire: WireRequest): number =>
	wire.method.length + wire.url.href.length + 2 + headerBytes(wire.headers) + bodyBytes(wire.body);

const CALL_ID_CHARS = 64;

/** What may make a call send more than its request. */
export interface WorstCase {
	/** Bytes that credentials may add to each request. */
	readonly injectedBytes: number;
	/** What a body that stays on the host may have. */
	readonly handleBytes: number;
	readonly follows: boolean;
	/** Lower-case name of the header that a key goes in. */
	readonly keyHeader: string;
	/** How often a request may be sent again. */
	readonly repeats: number;
}

/**
 * The most that one call may send: its request with the longest credentials, and, when redirects are followed, its body once more and
 * LIMITS.redirectBytes; all of it as often as it may be repeated. What would pass it is not sent.
 */
export const worstRequestBytes = (
	request: Pick<FetchRequest, "method" | "body">,
	url: URL,
	headers: HeaderList,
	worst: WorstCase,
): number => {
	const { method, body } = request;
	const inline = body === null || body instanceof Uint8Array ? body : null;
	const key = { header: worst.keyHeader, callId: "".padEnd(CALL_ID_CHARS) };
	const bytes = requestBytes({ method, url, headers: wireHeaders({ method, headers }, key), body: inline });
	const carried = (inline === body ? bodyBytes(inline) : worst.handleBytes) + worst.injectedBytes;
	const first = bytes - bodyBytes(inline) + carried;
	return (worst.follows ? first + carried + LIMITS.redirectBytes : first) * (worst.repeats + 1);
};
