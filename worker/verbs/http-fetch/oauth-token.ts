import { z } from "zod";
import { readBoundedJson } from "../../../contract/bounded-json.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext } from "../verb.ts";
import { guardAddress } from "./address-guard.ts";
import { startDeadline } from "./deadline.ts";
import { basicValue } from "./inject-header.ts";
import { dropBody, readBody } from "./read-body.ts";
import { headerBytes, type HeaderList } from "./request-headers.ts";
import type { TokenAnswer } from "./token-cache.ts";

/** Client credentials as the grant and the secrets give them. */
export interface OAuthClient {
	readonly tokenUrl: URL;
	readonly clientId: string;
	readonly clientSecret: string;
	readonly scope: string | null;
	readonly audience: string | null;
	readonly auth: "basic" | "body";
}

export interface TokenRequest {
	readonly headers: HeaderList;
	readonly body: Uint8Array<ArrayBuffer>;
	/** What sending it costs. */
	readonly bytes: number;
}

/** The request for a token (RFC 6749 §4.4.2). In Basic authentication id and secret are form-encoded first (§2.3.1). */
export const tokenRequest = (client: OAuthClient): TokenRequest => {
	const form = new URLSearchParams({ grant_type: "client_credentials" });
	if (client.scope !== null) form.set("scope", client.scope);
	if (client.audience !== null) form.set("audience", client.audience);
	if (client.auth === "body") {
		form.set("client_id", client.clientId);
		form.set("client_secret", client.clientSecret);
	}
	const body = new Uint8Array(new TextEncoder().encode(form.toString()));
	const headers: (readonly [string, string])[] = [
		["accept", "application/json"],
		["accept-encoding", "identity"],
		["content-type", "application/x-www-form-urlencoded"],
		["user-agent", "cordon"],
	];
	if (client.auth === "basic") headers.push(["authorization", basicValue(formText(client.clientId), formText(client.clientSecret))]);
	return { headers, body, bytes: "POST".length + client.tokenUrl.href.length + 2 + headerBytes(headers) + body.length };
};

const formText = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

const { injectedSecretBytes, oauthTokenChars, oauthKeepMs, oauthAnswerBytes, oauthMs } = LIMITS;

/** RFC 6749 §5.1. Servers send `expires_in` as a text too. */
const Answer = z.object({
	access_token: z
		.string()
		.min(injectedSecretBytes.min)
		.max(oauthTokenChars)
		.regex(/^[\x21-\x7e]+$/),
	token_type: z.string().max(LIMITS.nameChars).default("bearer"),
	expires_in: z.union([z.number(), z.string().max(LIMITS.nameChars).transform(Number)]).optional(),
});

/** Asks for a token: one request to an address that the guard allows, no redirect followed, a bounded answer. What the server says of a failure is told to nobody. */
export const askForToken = async (client: OAuthClient, request: TokenRequest, context: CallContext): Promise<TokenAnswer> => {
	if (guardAddress(client.tokenUrl, context.developmentHosts).kind === "refused") return { kind: "failed" };
	const deadline = startDeadline(oauthMs, context.signal);
	try {
		const work = context.egress(
			new Request(client.tokenUrl.href, {
				method: "POST",
				headers: new Headers(request.headers.map(([name, value]) => [name, value])),
				body: request.body,
				redirect: "manual",
				signal: deadline.signal,
			}),
		);
		const answer = await deadline.race(work);
		if (answer.kind === "late") {
			work.then(dropBody, () => undefined);
			return { kind: "failed" };
		}
		if (answer.value.status !== 200) {
			dropBody(answer.value);
			return { kind: "failed" };
		}
		const reading = await readBody(answer.value, oauthAnswerBytes, deadline);
		return reading.kind === "read" ? readToken(reading.bytes, Date.now()) : { kind: "failed" };
	} catch {
		return { kind: "failed" };
	} finally {
		deadline.stop();
	}
};

/** @param nowMs when the answer came. */
export const readToken = (bytes: Uint8Array, nowMs: number): TokenAnswer => {
	const read = readBoundedJson(new TextDecoder().decode(bytes));
	const answer = read.kind === "value" ? Answer.safeParse(read.value) : null;
	if (answer === null || !answer.success || answer.data.token_type.toLowerCase() !== "bearer") return { kind: "failed" };
	return { kind: "token", token: { value: answer.data.access_token, usableUntilMs: nowMs + keepMs(answer.data.expires_in) } };
};

/** A token that ends at once, or in no time that makes sense, is used for the call that had it and not kept. */
const keepMs = (expiresInS: number | undefined): number => {
	if (expiresInS === undefined) return oauthKeepMs.default;
	if (Number.isNaN(expiresInS) || expiresInS <= 0) return 0;
	return Math.max(0, Math.min(expiresInS * 1_000 - oauthKeepMs.margin, oauthKeepMs.max));
};
