import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../contract/runs.ts";
import { startUpstream, type Upstream } from "../node/verbs/upstream.ts";
import { makeAgent, type Platform, startPlatform } from "./start-platform.ts";

let platform: Platform;
let api: Upstream;
let other: Upstream;
/** Paths below /flaky fail so often before they answer. */
const failuresLeft = new Map<string, number>();

beforeAll(async () => {
	api = await startUpstream(({ method, path, headers, body }, response) => {
		const left = failuresLeft.get(path) ?? 0;
		failuresLeft.set(path, left - 1);
		if (left > 0) response.writeHead(503, { "retry-after": "0" }).end();
		else
			response
				.writeHead(200, { "content-type": "application/json" })
				.end(JSON.stringify({ method, path, accept: headers["accept"], body }));
	});
	other = await startUpstream((_, response) => response.writeHead(200).end("other"));
	const [host, otherHost] = [`127.0.0.1:${api.port}`, `127.0.0.1:${other.port}`];
	platform = await startPlatform([host, otherHost]);
	const rule = { host, scheme: "http" };
	await makeAgent(platform.api, {
		name: "asker",
		policy: {
			grants: {
				// First, so that a plain fetch() has to pass it over.
				issues: {
					verb: "http.fetch",
					templates: {
						list: {
							url: `http://${host}/repos/acme/{repo}/issues`,
							query: { state: "{state}", page: "{page}" },
							headers: { accept: "application/vnd.github+json" },
							params: {
								repo: { pattern: "[a-z-]+", maxLength: 20 },
								state: { enum: ["open", "closed"] },
								page: { type: "integer", min: 1, optional: true },
							},
						},
						create: {
							method: "POST",
							url: `http://${host}/repos/acme/{repo}/issues`,
							body: { title: "{title}", labels: ["agent"], weight: "{weight}" },
							params: { repo: {}, title: { maxLength: 20 }, weight: { type: "number" } },
						},
					},
				},
				matched: {
					verb: "http.fetch",
					allow: [
						{
							...rule,
							methods: ["GET"],
							paths: ["/search/*"],
							query: { q: { prefix: "open " }, page: { glob: "*", optional: true } },
							headers: { "x-api-version": { exact: "2" } },
						},
					],
				},
				retrying: { verb: "http.fetch", allow: [{ ...rule, methods: ["GET", "POST"], paths: ["/flaky/*"] }], retries: 2 },
				keyed: { verb: "http.fetch", allow: [{ ...rule, methods: ["POST"], paths: ["/keyed"] }], retries: 1, retryKeyed: true },
				rated: { verb: "http.fetch", allow: [{ ...rule, paths: ["/rated"] }], limits: { callsPerMinute: 3 } },
				open: { verb: "http.fetch", allow: [{ host: otherHost, scheme: "http", paths: ["/public/*"] }] },
			},
			limits: { wallMs: 60_000, cpuMs: 5_000 },
		},
	});
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([api, other].map((upstream) => upstream[Symbol.asyncDispose]()));
});

const run = (body: string): Promise<Run> =>
	platform.api.run({ agent: "asker", program: `export default async (input, env) => { ${body} };` });
const arrived = (path: string) => api.seen.filter((request) => request.path === path);
const CODE = "(e) => e.code";

describe("matchers", () => {
	test("cover a request by its query and headers as a whole, and nothing else leaves", async () => {
		const { result } = await run(`
			const go = (path, headers) => env.matched.fetch("${api.origin}" + path, { headers }).then((r) => r.status, ${CODE});
			const two = { "x-api-version": "2" };
			return Promise.all([
				go("/search/a?q=open%20bugs", two), go("/search/a?q=open+bugs&page=3", two),
				go("/search/a?q=closed", two), go("/search/a", two), go("/search/a?q=open%20a&q=closed", two), go("/search/a?q=open%20a&token=x", two),
				go("/search/a?q=open%20a", {}), go("/search/a?q=open%20a", { "x-api-version": "3" }), go("/else?q=open%20a", two),
			]);`);
		expect(result).toEqual([200, 200, ...Array(7).fill("egress_denied")]);
		expect(
			api.seen
				.filter(({ path }) => path.startsWith("/search") || path.startsWith("/else"))
				.map(({ path }) => path)
				.sort(),
		).toEqual(["/search/a?q=open%20bugs", "/search/a?q=open+bugs&page=3"]);
	});

	test("a grant's calls a minute are counted over its runs", async () => {
		// A minute that ends in between would give three more.
		const results: unknown[] = [];
		for (let runs = 0; runs < 3; runs += 1) {
			const { result } = await run(
				`const got = []; for (let i = 0; i < 3; i++) got.push(await env.rated.fetch("${api.origin}/rated").then((r) => r.status, (e) => [e.code, e.hint])); return got;`,
			);
			results.push(result);
		}
		const text = JSON.stringify(results);
		expect(text).toContain("rate_limited");
		expect(text).toMatch(/Try again in \d+ s/);
		expect(arrived("/rated").length).toBeLessThanOrEqual(6);
	});
});

describe("templates", () => {
	test("are methods of the grant that send what the grant wrote, with the holes filled", async () => {
		const { result } = await run(`
			const listed = await env.issues.list({ repo: "site", state: "open" });
			const made = await (await env.issues.create({ repo: "a b", title: "Say \\"hi\\"", weight: 1.5 })).json();
			return [Object.keys(env.issues).sort(), listed.status, await listed.json(), made];`);
		expect(result).toMatchObject([
			["create", "list"],
			200,
			{ method: "GET", path: "/repos/acme/site/issues?state=open", accept: "application/vnd.github+json" },
			{ method: "POST", path: "/repos/acme/a%20b/issues" },
		]);
		expect(arrived("/repos/acme/site/issues?state=open").length).toBe(1);
		expect(JSON.parse(arrived("/repos/acme/a%20b/issues")[0]?.body ?? "")).toEqual({ title: 'Say "hi"', labels: ["agent"], weight: 1.5 });
	});

	test.each([
		["a hole that does not fit its pattern", `env.issues.list({ repo: "Site", state: "open" })`, "list argument 1.repo"],
		["a value that is not one of the listed", `env.issues.list({ repo: "site", state: "all" })`, "list argument 1.state"],
		["a hole of another type", `env.issues.list({ repo: "site", state: "open", page: "1" })`, "list argument 1.page"],
		["a hole that is not there", `env.issues.list({ repo: "site", state: "open", host: "evil.test" })`, "list argument 1"],
		["a hole that is missing", `env.issues.create({ repo: "site" })`, "create argument 1.title"],
		["a text past its length", `env.issues.create({ repo: "site", title: "${"x".repeat(21)}", weight: 1 })`, "create argument 1.title"],
		["a slash for a part of the path", `env.issues.create({ repo: "a/../b", title: "t", weight: 1 })`, "create argument 1.repo"],
	])("refuse %s by its path", async (_, call, path) => {
		const before = api.seen.length;
		const { result } = await run(`return ${call}.catch((e) => [e.code, e.message]);`);
		expect(result).toEqual(["invalid_arguments", expect.stringContaining(path)]);
		expect(api.seen.length).toBe(before);
	});

	test("alone give no fetch, and a plain fetch() goes past their grant to the one that covers it", async () => {
		const { result } = await run(`return [
			typeof env.issues.fetch, await (await fetch("http://127.0.0.1:${other.port}/public/a")).text(),
			await fetch("${api.origin}/repos/acme/site/issues").catch(${CODE}),
		];`);
		expect(result).toEqual(["undefined", "other", "egress_denied"]);
	});
});

describe("retries", () => {
	test("send again what may be repeated, as often as the grant says and no more", async () => {
		failuresLeft.set("/flaky/two", 2).set("/flaky/three", 3);
		const { result } = await run(
			`return [(await env.retrying.fetch("${api.origin}/flaky/two")).status, (await env.retrying.fetch("${api.origin}/flaky/three")).status];`,
		);
		expect(result).toEqual([200, 503]);
		expect([arrived("/flaky/two").length, arrived("/flaky/three").length]).toEqual([3, 3]);
	});

	test("leave a POST alone, unless the far side is said to honour its key, which stays the same", async () => {
		failuresLeft.set("/flaky/post", 1).set("/keyed", 1);
		const { result } = await run(`return [
			(await env.retrying.fetch("${api.origin}/flaky/post", { method: "POST", body: "b" })).status,
			(await env.keyed.fetch("${api.origin}/keyed", { method: "POST", body: "b" })).status,
		];`);
		expect(result).toEqual([503, 200]);
		expect(arrived("/flaky/post").length).toBe(1);
		const keys = arrived("/keyed").map(({ headers }) => headers["idempotency-key"]);
		expect(keys).toEqual([expect.stringMatching(/^cal_/), keys[0]]);
	});
});
