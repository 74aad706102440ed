import { hexDigest } from "../../../contract/hex-digest.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext } from "../verb.ts";
import * as failures from "./fetch-failures.ts";
import type { BoundInjection, Dresser, Dressing, OpenInjection } from "./injection.ts";
import type { Injection } from "./inject-grant.ts";
import { askForToken, type OAuthClient, tokenRequest } from "./oauth-token.ts";
import { openSecretText } from "./secret-text.ts";
import { readTarget } from "./target-url.ts";
import { makeTokenCache } from "./token-cache.ts";
import { type WireRequest, withHeader } from "./wire-request.ts";

const TOKENS = makeTokenCache(LIMITS.oauthTokens, LIMITS.oauthMs, () => Date.now());

const BEARER = "authorization: Bearer \r\n";
/** A token that was refused is asked for once more. */
const ASKED = 2;

/** OAuth 2.0 client credentials: the host asks for a token, keeps it, and sends it as a bearer (RFC 6750). Neither it nor the client's secret comes back. */
export const bindOAuthInjection = ({ oauth2 }: Extract<Injection, { oauth2: object }>): BoundInjection => {
	const target = readTarget(oauth2.tokenUrl);
	if (target.kind === "refused") throw new Error("bindOAuthInjection: found a token URL that the schema refuses");
	const clientOf = (clientId: string, clientSecret: string): OAuthClient => ({
		tokenUrl: target.url,
		clientId,
		clientSecret,
		scope: oauth2.scope ?? null,
		audience: oauth2.audience ?? null,
		auth: oauth2.auth ?? "basic",
	});
	return {
		headers: ["authorization"],
		queryKeys: [],
		text: "the header authorization",
		fault: () => null,
		worstBytes: () => {
			// The percent sign is what encoding makes longest.
			const longest = "%".repeat(LIMITS.injectedSecretBytes.max);
			const asking = tokenRequest(clientOf(oauth2.clientId ?? longest, longest)).bytes;
			return BEARER.length + LIMITS.oauthTokenChars + ASKED * asking;
		},
		open: async (context) => {
			const clientId = oauth2.clientIdSecret === undefined ? oauth2.clientId : await openSecretText(context, oauth2.clientIdSecret);
			const clientSecret = await openSecretText(context, oauth2.clientSecretSecret);
			if (clientId === null || clientId === undefined || clientSecret === null) return null;
			const hidden = [clientSecret, ...(oauth2.clientIdSecret === undefined ? [] : [clientId])];
			const client = clientOf(clientId, clientSecret);
			return openOAuth(client, await cacheKey(context, client), hidden);
		},
	};
};

/** Whoever has another tenant, another client or another secret has another token. The key holds no secret in the clear. */
const cacheKey = ({ tenantId }: CallContext, client: OAuthClient): Promise<string> => {
	const text = JSON.stringify([
		tenantId,
		client.tokenUrl.href,
		client.clientId,
		client.clientSecret,
		client.scope,
		client.audience,
		client.auth,
	]);
	return hexDigest(text);
};

const openOAuth = (client: OAuthClient, key: string, hidden: readonly string[]): OpenInjection => {
	/** Every token of this call: a refused one may be echoed too. */
	const tokens = new Set<string>();
	let current: string | null = null;
	let renewed = false;
	const dress = async (wire: WireRequest, { context, deadline, spend }: Dresser): Promise<Dressing> => {
		const waiting = TOKENS.get(key, async () => {
			const request = tokenRequest(client);
			return spend(request.bytes) ? askForToken(client, request, context) : { kind: "failed" };
		});
		const answer = await deadline.race(waiting);
		if (answer.kind === "late") return { kind: "failed", failure: failures.TIMED_OUT };
		if (answer.value.kind === "failed") return { kind: "failed", failure: failures.NO_TOKEN };
		current = answer.value.token.value;
		tokens.add(current);
		return { kind: "dressed", wire: withHeader(wire, "authorization", `Bearer ${current}`) };
	};
	return {
		secrets: () => [...hidden, ...tokens],
		dress,
		renew: () => {
			if (current === null) return false;
			TOKENS.drop(key, current);
			current = null;
			const again = !renewed;
			renewed = true;
			return again;
		},
	};
};
