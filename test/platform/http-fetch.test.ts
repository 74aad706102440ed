import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Call, type Run } from "../../contract/runs.ts";
import { SPELLINGS } from "./private-addresses.ts";
import { allPages, makeAgent, type Platform, startPlatform } from "./start-platform.ts";
import { type Canary, startCanary, startUpstream, type Upstream } from "./upstream.ts";

const SECRET = `hunter2-${randomBytes(16).toString("hex")}`;
let platform: Platform;
let upstream: Upstream;
let other: Upstream;
let closed: Upstream;
let canary: Canary;
beforeAll(async () => {
	[upstream, other, closed, canary] = await Promise.all([startUpstream(), startUpstream(), startUpstream(), startCanary()]);
	platform = await startPlatform([upstream.host, other.host]);
	await platform.api.request("PUT", "/v1/secrets/api_token", { value: SECRET });
	const rule = (host: string, rest: object = {}) => ({ host, scheme: "http", ...rest });
	const inject = { header: "authorization", format: "Bearer {secret}", secret: "api_token" };
	await makeAgent(platform.api, {
		name: "fetcher",
		policy: {
			grants: {
				api: { verb: "http.fetch", allow: [rule(upstream.host, { methods: ["GET", "POST"], paths: ["/*"] })], inject },
				open: { verb: "http.fetch", allow: [rule(other.host, { paths: ["/public/*"] })] },
				small: { verb: "http.fetch", allow: [rule(upstream.host)], limits: { responseBytes: 1_000, calls: 20 } },
				hasty: { verb: "http.fetch", allow: [rule(upstream.host)], limits: { timeoutMs: 400 } },
				// Covered by a rule, but not opened by the operator.
				inward: {
					verb: "http.fetch",
					allow: [rule(closed.host), rule(`127.0.0.1:${canary.port}`), rule(`localhost:${canary.port}`), rule(`[::1]:${canary.port}`)],
				},
			},
			limits: { wallMs: 60_000, cpuMs: 5_000, calls: 500 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([upstream.close(), other.close(), closed.close(), canary.close()]);
});

const at = (path: string): string => `http://${upstream.host}${path}`;
const run = async (body: string, rest: object = {}): Promise<Run> => {
	const made = await platform.api.run({
		agent: "fetcher",
		program: `export default async (input, env) => { ${body} };`,
		input: { urls: [] },
		...rest,
	});
	expect(JSON.stringify(made)).not.toContain(SECRET);
	return made;
};
const arrived = (path: string): number => upstream.arrived.filter((request) => request.url === path).length;
const CODE = "(e) => [e.code, e.message]";

describe("a credential", () => {
	test("is added by the host and seen by the far side alone", async () => {
		const { result } = await run(
			`const r = await env.api.fetch("${at("/seen")}"); return [r.status, await r.json(), Object.keys(env.api)];`,
		);
		expect(result).toEqual([200, { ok: true }, ["fetch", "stream"]]);
		expect(upstream.arrived.find((request) => request.url === "/seen")?.headers["authorization"]).toBe(`Bearer ${SECRET}`);
	});

	test("that the far side echoes, in any usual encoding, is redacted", async () => {
		const { result } = await run(
			`const echo = await (await env.api.fetch("${at("/echo")}")).text(); const r = await env.api.fetch("${at("/leak")}"); return [echo, await r.text(), [...r.headers]];`,
		);
		const text = JSON.stringify(result);
		expect(text).toContain("[redacted]");
		for (const form of [SECRET, Buffer.from(SECRET).toString("base64"), Buffer.from(SECRET).toString("hex"), SECRET.slice(8)]) {
			expect(text.includes(form), form).toBe(false);
		}
		expect(text).not.toContain("set-cookie");
	});

	test("cannot be set, overridden or sent elsewhere by the program", async () => {
		const { result } = await run(
			`const tries = [{ headers: { authorization: "Bearer mine" } }, { headers: { Authorization: "x" } }, { headers: { host: "evil.test" } }, { headers: { "x-forwarded-for": "1.2.3.4" } }];
			return Promise.all(tries.map((init) => env.api.fetch("${at("/override")}", init).then((r) => r.status, (e) => e.code)));`,
		);
		expect(result).toEqual(Array(4).fill("egress_denied"));
		expect(arrived("/override")).toBe(0);
		await run(`await env.open.fetch("http://${other.host}/public/a");`);
		expect(other.arrived.at(-1)?.headers["authorization"]).toBeUndefined();
	});
});

describe("a redirect", () => {
	test.each([
		["another port of loopback", () => `http://127.0.0.1:${canary.port}/`],
		["a host that no rule names", () => "http://evil.example.com/"],
		["a host of another grant", () => `http://${other.host}/public/a`],
		["the metadata service", () => "http://169.254.169.254/latest/meta-data/"],
		["another scheme", () => "file:///etc/passwd"],
		["a name and a password", () => `http://user:pass@${upstream.host}/`],
		["the other spelling of loopback", () => `http://localhost:${canary.port}/`],
	])("to %s is refused, and nothing is sent there", async (_, target) => {
		for (const status of [301, 302, 303, 307, 308]) {
			const { result } = await run(
				`return env.api.fetch("${at(`/redirect?status=${status}&to=`)}" + encodeURIComponent(input.to)).then((r) => r.status, ${CODE});`,
				{
					input: { to: target() },
				},
			);
			expect(result).toEqual(["egress_denied", expect.stringMatching(/redirected, which is refused: /)]);
			expect(JSON.stringify(result)).not.toContain(target());
		}
		expect(canary.connections()).toBe(0);
	});

	test("within the rules is followed with the credential, in a circle it is given up, and manual shows it", async () => {
		const { result } = await run(`
			const followed = await env.api.fetch("${at("/redirect?to=/landed")}");
			const circle = await env.api.fetch("${at("/redirect?to=%2Fredirect%3Fto%3D%252Fredirect")}").then((r) => r.status, ${CODE});
			const manual = await env.api.fetch("${at("/redirect?to=/x")}", { redirect: "manual" });
			const error = await env.api.fetch("${at("/redirect?to=/x")}", { redirect: "error" }).then((r) => r.status, ${CODE});
			return [followed.status, new URL(followed.url).pathname, circle, manual.status, error[0]];`);
		expect(result).toMatchObject([200, "/landed", expect.anything(), 302, "upstream_failed"]);
		expect(upstream.arrived.find((request) => request.url === "/landed")?.headers["authorization"]).toBe(`Bearer ${SECRET}`);
	});
});

describe("a plain fetch()", () => {
	test("goes to the grant that covers it", async () => {
		const { result, id } = await run(
			`return [await (await fetch("${at("/plain")}", { method: "POST", body: "b" })).json(), (await fetch(new URL("http://${other.host}/public/b"))).status, (await fetch(new Request("${at("/request")}"))).status];`,
		);
		expect(result).toEqual([{ ok: true }, 200, 200]);
		const calls = await allPages(platform.api, `/v1/runs/${id}/calls`, Call, 10);
		expect(calls.map((call) => call.grant)).toEqual(["api", "open", "api"]);
		expect(upstream.arrived.find((request) => request.url === "/plain")).toMatchObject({ method: "POST", body: "b" });
	});

	test("that nothing covers is refused in words that teach", async () => {
		const { result } = await run(`return fetch("https://example.com/").catch((e) => [e.code, e.message, e.hint]);`);
		expect(result).toEqual(["egress_denied", expect.stringMatching(/env\.api.*env\.open/), expect.any(String)]);
		const bare = await platform.api.run({
			program: "export default async () => fetch('https://example.com/').catch((e) => [e.code, e.message, e.hint]);",
		});
		expect(bare.result).toEqual([
			"capability_not_granted",
			expect.stringMatching(/no http\.fetch grant.*no grants at all/),
			expect.any(String),
		]);
	});

	test("of a grant that does not cover it says what would be allowed", async () => {
		const { result } = await run(
			`return [await env.open.fetch("http://${other.host}/private").catch((e) => [e.code, e.message, e.hint]), await env.open.fetch("http://${other.host}/public/a", { method: "DELETE" }).catch((e) => e.code)];`,
		);
		expect(result).toEqual([
			["egress_denied", expect.stringMatching(/not covered/), expect.stringMatching(/Allowed: .*\/public\/\*/)],
			"egress_denied",
		]);
	});
});

describe("private addresses", () => {
	test(`in ${SPELLINGS.length} spellings, three ways each, are refused without a packet`, async () => {
		const urls = SPELLINGS.map((host) => `http://${host}:${canary.port}/`);
		const { result } = await run(
			`const got = [];
			for (const url of input.urls) for (const go of [(u) => env.inward.fetch(u), (u) => fetch(u), (u) => env.api.fetch("${at("/redirect?to=")}" + encodeURIComponent(u))])
				got.push([url, await go(url).then((r) => "answered " + r.status, (e) => e.code)]);
			return got;`,
			{ input: { urls }, limits: { calls: 500 } },
		);
		expect(Array.isArray(result) && result.length).toBe(urls.length * 3);
		for (const one of Array.isArray(result) ? result : []) expect(JSON.stringify(one)).toMatch(/"(egress_denied|invalid_arguments)"\]$/);
		expect(canary.connections()).toBe(0);
		expect(closed.arrived.length).toBe(0);
	});

	test("that a rule names are refused all the same when the operator has not opened them", async () => {
		const { result } = await run(`return env.inward.fetch("http://${closed.host}/").catch(${CODE});`);
		expect(result).toEqual(["egress_denied", expect.stringMatching(/leads to the machine itself/)]);
		expect(closed.arrived.length).toBe(0);
	});

	test("and Cordon itself are out of reach", async () => {
		const { result } = await run(
			`return [await fetch("${platform.cordon.url}/healthz").catch((e) => e.code), await env.inward.fetch("${platform.cordon.url}/healthz").catch((e) => e.code)];`,
		);
		expect(result).toEqual(["egress_denied", "egress_denied"]);
	});
});

describe("an answer", () => {
	test("is bounded in bytes, at the limit and one over", async () => {
		const { result } = await run(
			`return [(await (await env.small.fetch("${at("/big?bytes=1000")}")).text()).length, await env.small.fetch("${at("/big?bytes=1001")}").then((r) => r.status, ${CODE})];`,
		);
		expect(result).toEqual([1000, ["response_too_large", expect.stringContaining("1000 bytes")]]);
	});

	test("that never comes, or never ends, is given up in time", async () => {
		const { result } = await run(
			`return [await env.hasty.fetch("${at("/silent")}").catch((e) => e.code), await env.hasty.fetch("${at("/drip")}").then((r) => r.text()).catch((e) => e.code)];`,
		);
		expect(result).toEqual(["upstream_timeout", "upstream_timeout"]);
	});

	test("and a request cost what was sent, and stop at the grant's count", async () => {
		const { result, usage } = await run(
			`const done = []; for (let i = 0; i < 22; i++) done.push(await env.small.fetch("${at("/counted")}").then((r) => r.status, (e) => e.code)); return done;`,
		);
		expect(result).toEqual([...Array(20).fill(200), "calls_exceeded", "calls_exceeded"]);
		expect(usage.calls).toBe(20);
		expect(usage.egressBytes).toBeGreaterThan(20 * 20);
		expect(arrived("/counted")).toBe(20);
	});

	test("of a signal that aborts is given up by the program", async () => {
		const { result } = await run(
			`const c = new AbortController(); setTimeout(() => c.abort(), 50); return env.api.fetch("${at("/silent")}", { signal: c.signal }).catch((e) => e.name);`,
		);
		expect(result).toBe("AbortError");
	});
});

describe("the ledger", () => {
	test("has every fetch with its arguments and its cost, and the secret is nowhere in the data folder", async () => {
		const made = await run(
			`await env.api.fetch("${at("/ledger")}", { method: "POST", body: JSON.stringify({ a: 1 }), headers: { "content-type": "application/json" } }); await env.api.fetch("${at("/leak")}"); console.log(await (await env.api.fetch("${at("/echo")}")).text()); await env.api.fetch("https://example.com/").catch(() => 0);`,
		);
		const calls = await allPages(platform.api, `/v1/runs/${made.id}/calls`, Call, 10);
		expect(calls.map(({ method, status, decision }) => [method, status, decision])).toEqual([
			["fetch", "done", "allowed"],
			["fetch", "done", "allowed"],
			["fetch", "done", "allowed"],
			["fetch", "denied", "denied"],
		]);
		expect(calls[0]?.args).toContain("/ledger");
		expect(calls[0]?.cost.egressBytes).toBeGreaterThan(50);
		expect(calls[3]?.cost).toEqual({ calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 });
		expect(JSON.stringify(calls)).not.toContain(SECRET);
		await platform.api.request("GET", "/v1/runs");
		const forms = [SECRET, SECRET.slice(8), Buffer.from(SECRET).toString("base64"), Buffer.from(SECRET).toString("hex")];
		const files = await filesBelow(platform.cordon.dataFolder);
		expect(files.some((file) => /sqlite/.test(file))).toBe(true);
		for (const file of files) {
			const bytes = await readFile(file);
			for (const form of forms) expect(bytes.includes(form) || bytes.includes(Buffer.from(form, "utf16le")), file).toBe(false);
		}
		// The same search finds what is there.
		const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(made.id)));
		expect(found).toContain(true);
	});
});

const filesBelow = async (folder: string): Promise<string[]> => {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};
