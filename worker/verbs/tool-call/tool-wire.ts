import { LIMITS } from "../../../contract/limits.ts";
import { guardAddress, portOf } from "../http-fetch/address-guard.ts";
import { type Deadline, startDeadline } from "../http-fetch/deadline.ts";
import { makeRedactor, NO_REDACTION, type Redactor } from "../http-fetch/redact-secret.ts";
import type { CallContext } from "../verb.ts";
import { answerParts, wholeAnswer } from "./answer-parts.ts";
import { dropBody } from "./drop-body.ts";
import { timedOut, ToolFailure, unreachable } from "./tool-failure.ts";
import type { ServerHead } from "./tool-server.ts";

/** What asking a tool server needs of the host: in a call its context, in a handler the same things of the tenant. */
export type Outside = Pick<CallContext, "openSecret" | "egress" | "developmentHosts" | "signal">;

export interface WireBounds {
	readonly timeoutMs: number;
	/** Of each answer. */
	readonly responseBytes: number;
	/** Of all requests together; past it nothing more is sent. */
	readonly sendBytes: number;
}

export interface WireRequest {
	readonly method: string;
	readonly url: URL;
	readonly headers: readonly (readonly [name: string, value: string])[];
	readonly body: string | null;
}

/**
 * The way to one tool server for one call: one clock, one count of bytes, one credential, for all requests together. Redirects are never followed: the
 * credential belongs to the server that a person named.
 */
export interface Wire {
	readonly redactor: Redactor;
	readonly bounds: WireBounds;
	sentBytes(): number;
	/** @throws ToolFailure */
	send(request: WireRequest): Promise<Response>;
	/** A whole body. @throws ToolFailure */
	read(response: Response): Promise<Uint8Array>;
	/** A body part by part. @throws ToolFailure */
	parts(response: Response): AsyncGenerator<Uint8Array, void>;
	/** Stops the clock. Must be called, also after a failure. */
	close(): void;
}

/** @throws ToolFailure when the secret is not there or does not fit a header */
export const openWire = async (server: Pick<ServerHead, "url" | "secret">, outside: Outside, bounds: WireBounds): Promise<Wire> => {
	const { origin } = new URL(server.url);
	const credential = await openCredential(server.secret, outside);
	const deadline = startDeadline(bounds.timeoutMs, outside.signal);
	let sent = 0;
	const send = async (request: WireRequest): Promise<Response> => {
		refuseAddress(request.url, outside.developmentHosts);
		const own = request.url.origin === origin ? credential.header : null;
		const headers = [...request.headers.filter(([name]) => name.toLowerCase() !== own?.[0]), ...(own === null ? [] : [own])];
		const bytes = requestBytes(request, headers);
		if (sent + bytes > bounds.sendBytes)
			throw new ToolFailure("upstream_failed", "the tool server wanted more requests than one call may send");
		sent += bytes;
		return await sendOnce(request, headers, outside, deadline);
	};
	const read = (response: Response): Promise<Uint8Array> => wholeAnswer(response, bounds.responseBytes, deadline);
	const parts = (response: Response): AsyncGenerator<Uint8Array, void> => answerParts(response, bounds.responseBytes, deadline);
	return { redactor: credential.redactor, bounds, sentBytes: () => sent, send, read, parts, close: () => deadline.stop() };
};

interface Credential {
	readonly header: readonly [name: string, value: string] | null;
	readonly redactor: Redactor;
}

const PRINTABLE = /^[\x20-\x7e]+$/;

const openCredential = async (secret: ServerHead["secret"], outside: Outside): Promise<Credential> => {
	if (secret === null) return { header: null, redactor: NO_REDACTION };
	const bytes = await outside.openSecret(secret.name);
	const { min, max } = LIMITS.injectedSecretBytes;
	if (bytes === null) throw noSecret(`the tenant has no secret named ${secret.name}, wanted one that PUT /v1/secrets/{name} stored`);
	const text = new TextDecoder().decode(bytes);
	if (bytes.length < min || bytes.length > max || !PRINTABLE.test(text))
		throw noSecret(`the secret ${secret.name} does not fit a header, wanted ${min} to ${max} characters of printable ASCII`);
	// A function, since `$&` in a secret would mean something to replace().
	return { header: [secret.header.toLowerCase(), secret.format.replace("{secret}", () => text)], redactor: makeRedactor(text) };
};

/** Programs are told neither the name nor which of the two it is. */
const noSecret = (toTenant: string): ToolFailure =>
	new ToolFailure("secret_unavailable", "the secret that the tool server is asked with is not there or does not fit a header", toTenant);

const refuseAddress = (url: URL, developmentHosts: ReadonlySet<string>): void => {
	const address = guardAddress(url, developmentHosts);
	if (address.kind === "refused") throw new ToolFailure("egress_denied", `the tool server's address is refused: ${address.why}`);
	if (url.protocol !== "https:" && !developmentHosts.has(`${url.hostname}:${portOf(url)}`))
		throw new ToolFailure("egress_denied", "the tool server's address is refused: it is not https");
};

const sendOnce = async (request: WireRequest, headers: WireRequest["headers"], outside: Outside, deadline: Deadline): Promise<Response> => {
	const work = startRequest(request, headers, outside, deadline);
	const answer = await deadline.race(work).catch(() => {
		throw unreachable();
	});
	if (answer.kind === "late") {
		work.then(dropBody, () => undefined);
		throw timedOut();
	}
	const response = answer.value;
	if (response.status >= 200 && response.status < 300) {
		if (isReadable(response)) return response;
	} else if (response.status >= 400 && response.status <= 599 && isReadable(response)) return response;
	dropBody(response);
	if (response.status >= 300 && response.status < 400)
		throw new ToolFailure(
			"egress_denied",
			"the tool server redirected, which is never followed: the secret belongs to the server that was named",
		);
	throw unreachable();
};

/** A function of its own, so that what the constructor throws is a rejection too. */
const startRequest = async (
	request: WireRequest,
	headers: WireRequest["headers"],
	outside: Outside,
	deadline: Deadline,
): Promise<Response> =>
	outside.egress(
		new Request(request.url.href, {
			method: request.method,
			headers: new Headers([["accept-encoding", "identity"], ...headers.map(([name, value]): [string, string] => [name, value])]),
			body: request.body,
			redirect: "manual",
			signal: deadline.signal,
		}),
	);

/** A body in an encoding that the runtime leaves as it is could hold the secret unseen. */
const isReadable = (response: Response): boolean =>
	["", "identity", "gzip", "x-gzip", "br"].includes((response.headers.get("content-encoding") ?? "").trim().toLowerCase());

const ENCODER = new TextEncoder();

/** What a request counts: method, URL, headers, body. */
export const requestBytes = (request: Pick<WireRequest, "method" | "url" | "body">, headers: WireRequest["headers"]): number => {
	let bytes = request.method.length + request.url.href.length + (request.body === null ? 0 : ENCODER.encode(request.body).length);
	for (const [name, value] of headers) bytes += name.length + value.length + 4;
	return bytes;
};
