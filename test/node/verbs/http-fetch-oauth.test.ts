import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { readToken } from "../../../worker/verbs/http-fetch/oauth-token.ts";
import { makeTokenCache, type TokenAnswer } from "../../../worker/verbs/http-fetch/token-cache.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost } from "./perform.ts";
import { type SeenRequest, startUpstream, type Upstream } from "./upstream.ts";

const CLIENT_SECRET = "client/secret+0123456789";
const tokenText = (token: string, parts: Record<string, unknown> = {}) =>
	JSON.stringify({ access_token: token, token_type: "Bearer", expires_in: 3600, ...parts });

/** A token server whose tokens are `token-0123-<n>`, and an API that echoes the token and takes those that `isGood` says. */
const startServers = async (
	parts: { issue?: (count: number, response: ServerResponse) => void; isGood?: (token: string) => boolean } = {},
) => {
	let issued = 0;
	const tokens = await startUpstream((_request, response) => {
		issued += 1;
		if (parts.issue === undefined) response.end(tokenText(`token-0123-${issued}`));
		else parts.issue(issued, response);
	});
	const api = await startUpstream((request: SeenRequest, response) => {
		const authorization = request.headers.authorization ?? "";
		const isGood = parts.isGood?.(authorization.replace("Bearer ", "")) ?? true;
		response
			.writeHead(isGood ? 200 : 401, { "content-type": "text/plain", "x-echo": authorization })
			.end(`${authorization} ${CLIENT_SECRET}`);
	});
	const context = (secret = CLIENT_SECRET, signal?: AbortSignal) =>
		callContext({
			secrets: { client: secret },
			developmentHosts: [tokens, api].map(({ port }) => `127.0.0.1:${port}`),
			...(signal === undefined ? {} : { signal }),
		});
	const fetchIt = (
		request: Record<string, unknown> = {},
		oauth: Record<string, unknown> = {},
		grant: Record<string, unknown> = {},
		called = context(),
	) =>
		performOnHost(
			loopbackGrant([api.port], {
				inject: { oauth2: { tokenUrl: `${tokens.origin}/token`, clientId: "me:a b", clientSecretSecret: "client", ...oauth } },
				...grant,
			}),
			"fetch",
			[{ url: `${api.origin}/x`, ...request }],
			called,
		);
	return {
		tokens,
		api,
		context,
		fetchIt,
		[Symbol.asyncDispose]: async () => {
			await tokens[Symbol.asyncDispose]();
			await api[Symbol.asyncDispose]();
		},
	};
};

const bearers = (api: Upstream): unknown[] => api.seen.map(({ headers }) => headers.authorization);

describe("OAuth2 client credentials", () => {
	test("ask for a token once, with Basic authentication, and send it; neither it nor the client's secret comes back", async () => {
		await using servers = await startServers();
		const outcome = await servers.fetchIt({}, { scope: "read write", audience: "https://api" });
		expect(servers.tokens.seen[0]).toMatchObject({
			method: "POST",
			path: "/token",
			body: "grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi",
			headers: {
				"content-type": "application/x-www-form-urlencoded",
				authorization: `Basic ${Buffer.from("me%3Aa+b:client%2Fsecret%2B0123456789").toString("base64")}`,
			},
		});
		expect(bearers(servers.api)).toEqual(["Bearer token-0123-1"]);
		expect(responseOf(outcome).body).toBe("Bearer [redacted] [redacted]");
		expect(JSON.stringify(outcome)).not.toMatch(/token-0123|client\/secret/);
		responseOf(await servers.fetchIt({}, { scope: "read write", audience: "https://api" }));
		expect(servers.tokens.seen).toHaveLength(1);
	});

	test("may go in the body", async () => {
		await using servers = await startServers();
		responseOf(await servers.fetchIt({}, { auth: "body" }));
		expect(new URLSearchParams(servers.tokens.seen[0]?.body).get("client_secret")).toBe(CLIENT_SECRET);
		expect(servers.tokens.seen[0]?.headers.authorization).toBeUndefined();
	});

	test("of calls at once ask once; another scope, secret or tenant asks again", async () => {
		await using servers = await startServers();
		await Promise.all(Array.from({ length: 8 }, () => servers.fetchIt()));
		expect(servers.tokens.seen).toHaveLength(1);
		await servers.fetchIt({}, { scope: "other" });
		await servers.fetchIt({}, {}, {}, servers.context("another-secret-0123"));
		await servers.fetchIt({}, {}, {}, { ...servers.context(), tenantId: "ten_other" });
		expect(servers.tokens.seen).toHaveLength(4);
		expect(new Set(bearers(servers.api)).size).toBe(4);
	});

	test("renew a refused token once, for what may be repeated; for POST the next call has a new one", async () => {
		await using servers = await startServers({ isGood: (token) => token !== "token-0123-1" });
		expect(responseOf(await servers.fetchIt()).status).toBe(200);
		expect(bearers(servers.api)).toEqual(["Bearer token-0123-1", "Bearer token-0123-2"]);
		await using never = await startServers({ isGood: () => false });
		expect(responseOf(await never.fetchIt()).status).toBe(401);
		expect(never.api.seen).toHaveLength(2);
		expect(responseOf(await never.fetchIt({ method: "POST", body: "b" })).status).toBe(401);
		expect(never.api.seen).toHaveLength(3);
		expect(never.tokens.seen).toHaveLength(3);
		expect(JSON.stringify(await never.fetchIt())).not.toContain("token-0123");
	});

	test.each<[string, (count: number, response: ServerResponse) => void]>([
		[
			"an error",
			(_count, response) => response.writeHead(400).end('{"error":"invalid_client","error_description":"client/secret is wrong"}'),
		],
		["a redirect", (_count, response) => response.writeHead(302, { location: "/elsewhere" }).end()],
		["garbage", (_count, response) => response.end("<html>")],
		["no token", (_count, response) => response.end("{}")],
		["a token with a line break", (_count, response) => response.end(tokenText("token\r\nx-evil: 1"))],
		["a token with a blank", (_count, response) => response.end(tokenText("token 0123456789"))],
		["a token that is too short to hide", (_count, response) => response.end(tokenText("short"))],
		["a token that is too long", (_count, response) => response.end(tokenText("t".repeat(LIMITS.oauthTokenChars + 1)))],
		["another type of token", (_count, response) => response.end(tokenText("token-0123456", { token_type: "mac" }))],
		["a token that is an object", (_count, response) => response.end('{"access_token":{}}')],
		["deep nesting", (_count, response) => response.end("[".repeat(50_000))],
		["a reset", (_count, response) => void response.socket?.destroy()],
		[
			"an answer without an end",
			(_count, response) => {
				const push = (): void => {
					while (!response.destroyed && response.write(" ".repeat(16_384)));
				};
				response.on("drain", push);
				push();
			},
		],
	])("fail in one wording when the server gives %s, and nothing is sent to the API", async (_name, issue) => {
		await using servers = await startServers({ issue });
		const { cost, ...outcome } = await servers.fetchIt();
		expect(outcome).toEqual({
			kind: "failed",
			code: "upstream_failed",
			message: "fetch: the server that gives the token for the grant's credential gave none",
		});
		expect(cost.egressBytes).toBeGreaterThan(0);
		expect(servers.api.seen).toHaveLength(0);
		expect(servers.tokens.seen.map(({ path }) => path)).toEqual(["/token"]);
	});

	test("that hang end with the call's time, and the next call asks for itself", async () => {
		const hangs = Promise.withResolvers<void>();
		await using servers = await startServers({
			issue: (count, response) => {
				if (count > 1) response.end(tokenText("token-0123-later"));
				else hangs.resolve();
			},
		});
		const controller = new AbortController();
		const hanging = servers.fetchIt({}, {}, {}, servers.context(CLIENT_SECRET, controller.signal));
		await hangs.promise;
		const next = servers.fetchIt();
		controller.abort();
		expect(codeOf(await hanging)).toBe("upstream_timeout");
		expect(responseOf(await next).status).toBe(200);
	});

	test("do not ask at an address that the guard refuses", async () => {
		await using servers = await startServers();
		const context = { ...servers.context(), developmentHosts: new Set([`127.0.0.1:${servers.api.port}`]) };
		expect(codeOf(await servers.fetchIt({}, {}, {}, context))).toBe("upstream_failed");
		expect(servers.tokens.seen).toHaveLength(0);
	});
});

describe("how long a token is kept", () => {
	const { oauthKeepMs } = LIMITS;
	const keptMs = (parts: Record<string, unknown>): unknown => {
		const answer = readToken(new TextEncoder().encode(tokenText("token-0123456", parts)), 1_000);
		return answer.kind === "token" ? answer.token.usableUntilMs - 1_000 : answer.kind;
	};
	test.each<[unknown, unknown]>([
		[3_600, 3_600_000 - oauthKeepMs.margin],
		["600", 600_000 - oauthKeepMs.margin],
		[undefined, oauthKeepMs.default],
		[0, 0],
		[-1, 0],
		[10, 0],
		[1e300, oauthKeepMs.max],
		["soon", 0],
		[null, "failed"],
	])("that says expires_in %j", (expiresIn, expected) => {
		expect(keptMs({ expires_in: expiresIn })).toBe(expected);
	});

	test("is forgotten at its end, bounded in number, and asked for by one at a time", async () => {
		let nowMs = 0;
		let asked = 0;
		const cache = makeTokenCache(2, 1_000, () => nowMs);
		const ask = async (): Promise<TokenAnswer> => {
			asked += 1;
			return { kind: "token", token: { value: `t${asked}`, usableUntilMs: nowMs + 100 } };
		};
		await Promise.all([cache.get("a", ask), cache.get("a", ask)]);
		expect(asked).toBe(1);
		nowMs = 100;
		await cache.get("a", ask);
		expect(asked).toBe(2);
		await cache.get("b", ask);
		await cache.get("a", ask);
		await cache.get("c", ask);
		await cache.get("a", ask);
		expect(asked).toBe(4);
		await cache.get("b", ask);
		expect(asked).toBe(5);
		cache.drop("b", "not this one");
		await cache.get("b", ask);
		expect(asked).toBe(5);
		cache.drop("b", "t5");
		await cache.get("b", ask);
		expect(asked).toBe(6);
	});

	test("is asked for again when who asked never came back", async () => {
		let nowMs = 0;
		const cache = makeTokenCache(2, 1_000, () => nowMs);
		void cache.get("a", () => new Promise<TokenAnswer>(() => undefined));
		nowMs = 1_000;
		expect(await cache.get("a", async () => ({ kind: "failed" }))).toEqual({ kind: "failed" });
	});
});
