import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../contract/runs.ts";
import { startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

const SECRET = `canary-${randomBytes(16).toString("hex")}`;
const ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
let platform: Platform;
let api: Upstream;
let tokens: Upstream;
/** The tokens that were given out; the API takes the last one alone. */
const given: string[] = [];

beforeAll(async () => {
	// Sends back all that it was sent, in the headers and in the body.
	api = await startUpstream(({ path, headers, body }, response) => {
		const isStale = path === "/strict" && headers.authorization !== `Bearer ${given.at(-1)}`;
		response.setHeader("x-seen", `${path} ${headers.authorization ?? ""} ${headers["x-amz-security-token"] ?? ""}`);
		response.writeHead(isStale ? 401 : 200, { "content-type": "application/json" }).end(JSON.stringify({ path, headers, body }));
	});
	tokens = await startUpstream((_, response) => {
		given.push(`token-${randomBytes(16).toString("hex")}`);
		// Long enough that all who ask at once are waiting.
		setTimeout(() => {
			response
				.writeHead(200, { "content-type": "application/json" })
				.end(JSON.stringify({ access_token: given.at(-1), token_type: "bearer", expires_in: 3_600 }));
		}, 300);
	});
	const host = `127.0.0.1:${api.port}`;
	platform = await startPlatform([host, `127.0.0.1:${tokens.port}`]);
	await platform.api.request("PUT", "/v1/secrets/key", { value: SECRET });
	const injects: Record<string, object | object[]> = {
		query: { query: "api_key", secret: "key" },
		basic: { basic: { username: "agent", passwordSecret: "key" } },
		body: { jsonBody: { path: ["auth", "token"], secret: "key" } },
		aws: { aws: { service: "s3", region: "eu-central-1", accessKeyId: ACCESS_KEY, secretKeySecret: "key", sessionTokenSecret: "key" } },
		oauth: { oauth2: { tokenUrl: `${tokens.origin}/token`, clientId: "cordon", clientSecretSecret: "key", scope: "read" } },
		both: [
			{ header: "x-key", format: "{secret}", secret: "key" },
			{ query: "api_key", secret: "key" },
		],
		lost: { query: "api_key", secret: "nobody_sealed_it" },
	};
	const allow = [{ host, scheme: "http", methods: ["GET", "POST"] }];
	await makeAgent(platform.api, {
		name: "injected",
		policy: {
			grants: Object.fromEntries(Object.entries(injects).map(([name, inject]) => [name, { verb: "http.fetch", allow, inject }])),
			limits: { wallMs: 60_000, cpuMs: 5_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([api, tokens].map((upstream) => upstream[Symbol.asyncDispose]()));
});

const BASIC = Buffer.from(`agent:${SECRET}`).toString("base64");
/** Runs a program and looks for what it must never see. */
const run = async (body: string): Promise<Run> => {
	const made = await platform.api.run({ agent: "injected", program: `export default async (input, env) => { ${body} };` });
	for (const hidden of [SECRET, BASIC, ...given]) expect(JSON.stringify(made)).not.toContain(hidden);
	return made;
};
/** What the program is given of one fetch: status, the header that repeats the credential, the body that does. */
const ECHO =
	"const echo = async (grant, init) => { const r = await grant.fetch(input.url, init); return [r.status, r.headers.get('x-seen'), await r.text()]; };";
const echoOf = async (grant: string, init = "{}", path = "/echo"): Promise<string> => {
	const { result } = await run(`input = { url: "${api.origin}${path}" }; ${ECHO} return echo(env.${grant}, ${init});`);
	const text = JSON.stringify(result);
	expect(text).toContain("[redacted]");
	return text;
};

describe("an injected credential", () => {
	test("goes into the query, and is in no answer, url or error", async () => {
		const echo = await echoOf("query", "{}", "/query?a=1");
		expect(api.seen.at(-1)?.path).toBe(`/query?a=1&api_key=${SECRET}`);
		expect(echo).toContain("api_key=[redacted]");
		const { result } = await run(`return (await env.query.fetch("${api.origin}/query?a=1")).url;`);
		expect(result).toBe(`${api.origin}/query?a=1`);
	});

	test("goes into Basic authentication, and neither it nor its base64 comes back", async () => {
		await echoOf("basic");
		expect(api.seen.at(-1)?.headers.authorization).toBe(`Basic ${BASIC}`);
	});

	test("goes into a field of a JSON body, the rest of it as the program wrote it", async () => {
		await echoOf(
			"body",
			"{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ a: [1, 2], auth: { kind: 'k' } }) }",
		);
		expect(JSON.parse(api.seen.at(-1)?.body ?? "")).toEqual({ a: [1, 2], auth: { kind: "k", token: SECRET } });
	});

	test("signs as AWS wants it, with a session token that is not seen", async () => {
		await echoOf("aws");
		const headers = api.seen.at(-1)?.headers;
		expect(headers?.authorization).toMatch(
			/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
		);
		expect(headers?.["x-amz-security-token"]).toBe(SECRET);
	});

	test("may be two at once", async () => {
		await echoOf("both");
		expect(api.seen.at(-1)).toMatchObject({ path: `/echo?api_key=${SECRET}`, headers: { "x-key": SECRET } });
	});

	test("that is missing ends the call before anything is sent", async () => {
		const before = api.seen.length;
		const { result } = await run(`return env.lost.fetch("${api.origin}/lost").catch((e) => [e.code, e.message]);`);
		expect(result).toEqual(["secret_unavailable", expect.not.stringContaining("nobody_sealed_it")]);
		expect(api.seen.length).toBe(before);
	});
});

describe("OAuth2", () => {
	test("one token serves twenty calls at once, and is never seen", async () => {
		const { result } = await run(
			`return Promise.all(Array.from({ length: 20 }, async (_, at) => { const r = await env.oauth.fetch("${api.origin}/token/" + at); return [r.status, (await r.text()).includes("[redacted]")]; }));`,
		);
		expect(result).toEqual(Array(20).fill([200, true]));
		expect(given.length).toBe(1);
		const carried = api.seen.filter(({ path }) => path.startsWith("/token/"));
		expect(new Set(carried.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${given[0]}`]));
		expect(tokens.seen[0]).toMatchObject({ method: "POST", path: "/token", body: "grant_type=client_credentials&scope=read" });
		expect(tokens.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`cordon:${SECRET}`).toString("base64")}`);
	});

	test("a token that the far side takes no more is dropped, and a call that may be repeated has a new one", async () => {
		await run(`await env.oauth.fetch("${api.origin}/warm");`);
		given.push("revoked-all-that-were-given");
		const before = tokens.seen.length;
		const { result } = await run(`return (await env.oauth.fetch("${api.origin}/strict")).status;`);
		expect(result).toBe(200);
		expect(tokens.seen.length).toBe(before + 1);
		expect(api.seen.filter(({ path }) => path === "/strict").length).toBe(2);
	});

	test("a token is kept from one run to the next", async () => {
		const before = tokens.seen.length;
		for (let runs = 0; runs < 2; runs += 1) await run(`await env.oauth.fetch("${api.origin}/again");`);
		expect(tokens.seen.length - before).toBe(0);
	});
});
