import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, invalidMessage, performOnHost, prepared } from "./perform.ts";
import { type SeenRequest, startUpstream } from "./upstream.ts";

const SECRET = "k3y/with+signs&=0123456789";
const USER = "user-0123456789";
const SECRETS = { token: SECRET, user: USER };

/** Everything that the far side saw of a request, as text. */
const echoOf = ({ path, headers, body }: SeenRequest): string => JSON.stringify({ path, headers, body });

const fetchWith = async (inject: unknown, request: Record<string, unknown> = {}, answer?: Parameters<typeof startUpstream>[0]) => {
	await using upstream = await startUpstream(
		answer ??
			((seen, response) =>
				response.writeHead(200, { "content-type": "text/plain", "x-echo": encodeURIComponent(echoOf(seen)) }).end(echoOf(seen))),
	);
	const grant = loopbackGrant([upstream.port], { inject });
	const context = callContext({ secrets: SECRETS, developmentHosts: [`127.0.0.1:${upstream.port}`] });
	const outcome = await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/x?a=1`, ...request }], context);
	return { outcome, seen: upstream.seen, text: JSON.stringify(outcome) };
};

const grantOf = (inject: unknown) =>
	httpFetch.bind({ verb: "http.fetch", allow: [{ host: "a.example.com", methods: ["GET", "POST"] }], inject });
const accepts = (inject: unknown) =>
	httpFetch.grantSchema.safeParse({ verb: "http.fetch", allow: [{ host: "a.example.com" }], inject }).success;
const URL_A = "https://a.example.com/";
const JSON_TYPE = [["content-type", "application/json"]];

describe("a secret in the query", () => {
	const INJECT = { query: "api_key", secret: "token" };

	test("is added to what leaves and to nothing else", async () => {
		const { outcome, seen, text } = await fetchWith(INJECT);
		expect(seen[0]?.path).toBe(`/x?a=1&api_key=${encodeURIComponent(SECRET)}`);
		expect(responseOf(outcome).url).toMatch(/\/x\?a=1$/);
		expect(responseOf(outcome).body).toContain("[redacted]");
		for (const form of [SECRET, encodeURIComponent(SECRET), encodeURIComponent(encodeURIComponent(SECRET))])
			expect(text).not.toContain(form);
	});

	test.each(["api_key=x", "a=1&api_key=", "%61pi_key=x", "API_KEY=x", "+api_key=x"])("is refused beside the program's own ?%s", (query) => {
		expect(prepared(grantOf(INJECT), "fetch", [{ url: `${URL_A}?${query}` }]).decision).toMatchObject({ code: "egress_denied" });
	});

	test("does not go along with a redirect that echoes it, and goes once to each covered origin", async () => {
		const { outcome, seen } = await fetchWith(INJECT, {}, (request, response) => {
			if (request.path.startsWith("/x")) response.writeHead(302, { location: `/end?b=2&${request.path.split("&")[1]}` }).end();
			else response.end("end");
		});
		expect(seen[1]?.path).toBe(`/end?b=2&api_key=${encodeURIComponent(SECRET)}`);
		expect(responseOf(outcome).url).toMatch(/\/end\?b=2$/);
	});

	test.each([
		["in another key", (secret: string) => `?other=${secret}`],
		["in the path", (secret: string) => `${secret.replaceAll("%2F", "/")}`],
		["in base64", () => `?b=${Buffer.from(SECRET).toString("base64url")}`],
	])("is not taken to another origin %s of a location", async (_name, partOf) => {
		await using other = await startUpstream((_request, response) => response.end("other"));
		await using upstream = await startUpstream((_request, response) =>
			response.writeHead(302, { location: `${other.origin}/${partOf(encodeURIComponent(SECRET))}` }).end(),
		);
		const grant = loopbackGrant([upstream.port, other.port], { inject: { ...INJECT, hosts: [`127.0.0.1:${upstream.port}`] } });
		const context = callContext({ secrets: SECRETS, developmentHosts: [upstream, other].map(({ port }) => `127.0.0.1:${port}`) });
		const outcome = await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/` }], context);
		expect(codeOf(outcome)).toBe("egress_denied");
		expect(JSON.stringify(outcome)).not.toContain("k3y");
		expect(other.seen).toHaveLength(0);
	});

	test("is taken out of a redirect to another origin that does not get it", async () => {
		await using other = await startUpstream((_request, response) => response.end("other"));
		await using upstream = await startUpstream((request, response) =>
			response.writeHead(302, { location: `${other.origin}${request.path}` }).end(),
		);
		const grant = loopbackGrant([upstream.port, other.port], { inject: { ...INJECT, hosts: [`127.0.0.1:${upstream.port}`] } });
		const context = callContext({ secrets: SECRETS, developmentHosts: [upstream, other].map(({ port }) => `127.0.0.1:${port}`) });
		expect(responseOf(await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/x?a=1` }], context)).status).toBe(200);
		expect(other.seen.map(({ path }) => path)).toEqual(["/x?a=1"]);
	});

	test("is redacted in a location that the program gets", async () => {
		const { outcome, text } = await fetchWith(INJECT, { redirect: "manual" }, (request, response) =>
			response.writeHead(302, { location: `https://elsewhere.example.com${request.path}` }).end(),
		);
		expect(new Map(responseOf(outcome).headers).get("location")).toBe("https://elsewhere.example.com/x?a=1&api_key=[redacted]");
		expect(text).not.toContain("k3y");
	});
});

describe("basic authentication", () => {
	test.each([
		[{ username: "me", passwordSecret: "token" }, `me:${SECRET}`],
		[{ usernameSecret: "user", passwordSecret: "token" }, `${USER}:${SECRET}`],
		[{ usernameSecret: "token" }, `${SECRET}:`],
	])("of %j is sent, and neither its parts nor the whole come back in any form", async (basic, pair) => {
		const value = Buffer.from(pair).toString("base64");
		const { seen, text, outcome } = await fetchWith({ basic });
		expect(seen[0]?.headers.authorization).toBe(`Basic ${value}`);
		expect(responseOf(outcome).body).toContain("Basic [redacted]");
		for (const form of [value, encodeURIComponent(value), SECRET, Buffer.from(value).toString("hex")]) expect(text).not.toContain(form);
		const decoded = await fetchWith({ basic }, {}, (_request, response) =>
			response.writeHead(200, { "content-type": "text/plain" }).end(`<${pair}>`),
		);
		expect(decoded.text).not.toContain(SECRET);
	});

	test("is not sent with a user name from a secret that has a colon", async () => {
		await using upstream = await startUpstream((_request, response) => response.end());
		const grant = loopbackGrant([upstream.port], { inject: { basic: { usernameSecret: "user" } } });
		const context = callContext({ secrets: { user: "a:b-0123456789" }, developmentHosts: [`127.0.0.1:${upstream.port}`] });
		expect(codeOf(await performOnHost(grant, "fetch", [{ url: `${upstream.origin}/` }], context))).toBe("secret_unavailable");
		expect(upstream.seen).toHaveLength(0);
	});

	test("reserves its header", () => {
		const decision = prepared(grantOf({ basic: { username: "me", passwordSecret: "token" } }), "fetch", [
			{ url: URL_A, headers: [["Authorization", "Basic x"]] },
		]).decision;
		expect(decision).toMatchObject({ code: "egress_denied" });
	});
});

describe("a secret in a JSON body", () => {
	const INJECT = { jsonBody: { path: ["auth", "token"], secret: "token" } };
	const post = (body: unknown, headers: unknown = JSON_TYPE) => ({ method: "POST", body, headers });

	test.each([
		['{"a":[1,{"b":"é"}],"c":1.5}', { a: [1, { b: "é" }], c: 1.5, auth: { token: SECRET } }],
		['{"auth":{"user":"me"}}', { auth: { user: "me", token: SECRET } }],
		["{}", { auth: { token: SECRET } }],
		['{"auth":7,"auth":{"user":"me"}}', { auth: { user: "me", token: SECRET } }],
	])("is put into %s", async (body, expected) => {
		const { seen, text } = await fetchWith(INJECT, post(body));
		expect(JSON.parse(seen[0]?.body ?? "")).toEqual(expected);
		expect(text).not.toContain("k3y");
	});

	test("is put beside an own __proto__ that stays data", async () => {
		const { seen } = await fetchWith(INJECT, post('{"__proto__":{"auth":{"x":1}}}'));
		expect(seen[0]?.body).toBe(`{"__proto__":{"auth":{"x":1}},"auth":{"token":${JSON.stringify(SECRET)}}}`);
	});

	test("gives a body without a type the type of JSON", async () => {
		const { seen } = await fetchWith(INJECT, post("{}", []));
		expect(seen[0]?.headers["content-type"]).toBe("application/json");
	});

	test.each([
		["no body", { method: "POST" }],
		["GET", {}],
		["no JSON", post("a=b")],
		["half JSON", post('{"a":')],
		["an array", post("[]")],
		["a text", post('"x"')],
		["null", post("null")],
		["a scalar on the way", post('{"auth":"x"}')],
		["an array on the way", post('{"auth":[]}')],
		["null on the way", post('{"auth":null}')],
		["bytes that are no UTF-8", post(new Uint8Array([0x7b, 0xff, 0x7d]))],
		["another type", post("{}", [["content-type", "text/plain"]])],
		["a second type", post("{}", [["content-type", "multipart/form-data; application/json"]])],
		["nesting without end", post("[".repeat(100_000))],
		["a whole number that would change", post('{"id":12345678901234567890}')],
		["a handle", post({ handle: "hdl_1" })],
	])("needs a JSON object, and takes none of %s", (_name, request) => {
		expect(invalidMessage(grantOf(INJECT), "fetch", [{ url: URL_A, ...request }])).toContain("the body: found");
	});

	test.each(['{"auth":{"token":"mine"}}', '{"auth":{"token":null}}', '{"auth":{},"auth":{"token":1}}'])(
		"is refused beside the program's own in %s",
		(body) => {
			expect(prepared(grantOf(INJECT), "fetch", [{ url: URL_A, ...post(body) }]).decision).toMatchObject({ code: "egress_denied" });
		},
	);

	test("is gone with the body when a redirect makes a GET", async () => {
		const { seen, outcome } = await fetchWith(INJECT, post("{}"), (request, response) => {
			if (request.method === "POST") response.writeHead(303, { location: "/end" }).end();
			else response.end(echoOf(request));
		});
		expect(responseOf(outcome).status).toBe(200);
		expect(echoOf(seen[1] ?? expect.fail("no second request"))).not.toContain("k3y");
	});
});

describe("several injections", () => {
	test("are all made, each for its hosts", async () => {
		const { seen, text } = await fetchWith(
			[
				{ query: "key", secret: "token" },
				{ header: "x-user", format: "{secret}", secret: "user" },
				{ jsonBody: { path: ["t"], secret: "token" } },
				{ header: "x-other", format: "{secret}", secret: "token", hosts: ["other.example.com"] },
			],
			{ method: "POST", body: "{}", headers: JSON_TYPE },
		);
		expect(seen[0]).toMatchObject({
			path: `/x?a=1&key=${encodeURIComponent(SECRET)}`,
			body: JSON.stringify({ t: SECRET }),
			headers: { "x-user": USER },
		});
		expect(seen[0]?.headers["x-other"]).toBeUndefined();
		for (const form of ["k3y", USER]) expect(text).not.toContain(form);
	});

	test("send nothing when one of their secrets is missing", async () => {
		const { outcome, seen } = await fetchWith([
			{ query: "key", secret: "token" },
			{ header: "x-user", format: "{secret}", secret: "nobody" },
		]);
		expect([codeOf(outcome), seen.length]).toEqual(["secret_unavailable", 0]);
	});

	test("that ask for a body do so only where they are made", () => {
		const inject = { jsonBody: { path: ["t"], secret: "token" }, hosts: ["b.example.com"] };
		expect(prepared(grantOf(inject), "fetch", [{ url: URL_A }]).decision.kind).toBe("allowed");
	});

	const HEADER = { header: "x-a", format: "{secret}", secret: "token" };
	test.each([
		[[]],
		[[HEADER, { ...HEADER, header: "X-A" }]],
		[[{ basic: { username: "a", passwordSecret: "token" } }, { ...HEADER, header: "Authorization" }]],
		[Array.from({ length: LIMITS.injections + 1 }, (_, index) => ({ ...HEADER, header: `x-${index}` }))],
		[{ query: "a b", secret: "token" }],
		[{ query: "", secret: "token" }],
		[{ query: "a", secret: "token", header: "x-a" }],
		[{ basic: { username: "a:b", passwordSecret: "token" } }],
		[{ basic: { username: "a" } }],
		[{ basic: { username: "a", usernameSecret: "user", passwordSecret: "token" } }],
		[{ jsonBody: { path: [], secret: "token" } }],
		[{ jsonBody: { path: ["__proto__"], secret: "token" } }],
		[{ jsonBody: { path: ["a", "constructor"], secret: "token" } }],
		[{ jsonBody: { path: Array.from({ length: LIMITS.injectedPathDepth + 1 }, () => "a"), secret: "token" } }],
		[{ aws: { service: "s3", region: "eu-central-1", secretKeySecret: "token" } }],
		[{ aws: { service: "S3/..", region: "eu-central-1", accessKeyId: "AKIDEXAMPLE000000", secretKeySecret: "token" } }],
		[{ oauth2: { tokenUrl: "http://id.example.com/token", clientId: "a", clientSecretSecret: "token" } }],
		[{ oauth2: { tokenUrl: "https://10.0.0.1/token", clientId: "a", clientSecretSecret: "token" } }],
		[{ oauth2: { tokenUrl: "https://user@id.example.com/token", clientId: "a", clientSecretSecret: "token" } }],
		[{ oauth2: { tokenUrl: "https://id.example.com/token", clientSecretSecret: "token" } }],
	])("of %j are refused by the grant's schema", (inject) => {
		expect(accepts(inject)).toBe(false);
	});

	test("are declared by their places, never by their secrets", () => {
		const text = grantOf([
			{ query: "key", secret: "token_name" },
			{ basic: { username: "me", passwordSecret: "password_name" } },
			{ jsonBody: { path: ["auth", "t"], secret: "body_name" } },
		]).declaration(NO_RESOURCES);
		for (const place of ["the key key of the query", "the header authorization", "auth.t of the JSON body"]) expect(text).toContain(place);
		expect(text).not.toMatch(/_name/);
	});
});
