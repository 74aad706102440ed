import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { coversRequest } from "../../../worker/verbs/http-fetch/covers-request.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { responseOf } from "./fetching.ts";
import { callContext, codeOf, invalidMessage, performOnHost, prepared } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

const issues = (origin: string) => ({
	listIssues: {
		url: `${origin}/repos/{owner}/{repo}/issues`,
		query: { state: "{state}", q: "is:{kind} label", per_page: "100" },
		headers: { Accept: "application/vnd.github+json" },
		params: {
			owner: { pattern: "[A-Za-z0-9-]+", maxLength: 39 },
			repo: {},
			state: { enum: ["open", "closed"], optional: true },
			kind: { description: "issue or pr */" },
		},
		description: "Lists issues.",
	},
	createIssue: {
		method: "POST",
		url: `${origin}/repos/x/issues`,
		body: { title: "{title}", labels: ["{label}", "fixed"], count: "{count}", note: "by {title}!", extra: "{extra}", deep: { on: "{on}" } },
		params: {
			title: { maxLength: 10 },
			label: { optional: true },
			count: { type: "integer", min: 1, max: 9 },
			extra: { type: "json", optional: true },
			on: { type: "boolean" },
		},
	},
	ping: { url: `${origin}/ping` },
});
const grantOf = (templates: Record<string, unknown>, parts: Record<string, unknown> = {}) =>
	httpFetch.bind({ verb: "http.fetch", templates, ...parts });
const accepts = (templates: Record<string, unknown>) => httpFetch.grantSchema.safeParse({ verb: "http.fetch", templates }).success;

const call = async (method: string, ...args: unknown[]) => {
	await using upstream = await startUpstream((_request, response) => response.writeHead(200, { "content-type": "text/plain" }).end("ok"));
	const context = callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`] });
	const outcome = await performOnHost(grantOf(issues(upstream.origin)), method, args, context);
	return { outcome, seen: upstream.seen };
};

describe("a template of http.fetch", () => {
	test("is a method whose holes the program fills, each encoded as one part", async () => {
		const { outcome, seen } = await call("listIssues", { owner: "acme", repo: "a b.c&d=é%", state: "open", kind: "pr&x=1#+" });
		expect(responseOf(outcome).body).toBe("ok");
		expect(seen[0]).toMatchObject({
			method: "GET",
			path: "/repos/acme/a%20b.c%26d%3D%C3%A9%25/issues?state=open&q=is%3Apr%26x%3D1%23%2B%20label&per_page=100",
			headers: { accept: "application/vnd.github+json" },
		});
	});

	test("leaves out the key of an optional hole that is left out, and needs no argument without holes", async () => {
		const { seen } = await call("listIssues", { owner: "acme", repo: "r", kind: "pr" });
		expect(seen[0]?.path).toBe("/repos/acme/r/issues?q=is%3Apr%20label&per_page=100");
		expect((await call("ping")).seen[0]?.path).toBe("/ping");
		expect((await call("ping", {})).seen[0]?.path).toBe("/ping");
	});

	test("fills a JSON body with values of their own types, which cannot become keys or structure", async () => {
		const title = '"},{"';
		const { seen } = await call("createIssue", { title, count: 3, on: false, label: "l", extra: { a: [1, { b: null }] } });
		expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
			title,
			labels: ["l", "fixed"],
			count: 3,
			note: `by ${title}!`,
			extra: { a: [1, { b: null }] },
			deep: { on: false },
		});
		expect(seen[0]?.headers["content-type"]).toBe("application/json");
		const { seen: less } = await call("createIssue", { title: "t", count: 3, on: true });
		expect(JSON.parse(less[0]?.body ?? "")).toEqual({ title: "t", labels: ["fixed"], count: 3, note: "by t!", deep: { on: true } });
	});

	const grant = grantOf(issues("https://a.example.com"));
	test.each([
		["empty", ""],
		["a way up", "../admin"],
		["a slash", "a/b"],
		["a leading slash", "/a"],
		["a backslash", "a\\b"],
		["encoded dots", "%2e%2e"],
		["an encoded slash", "a%2fb"],
		["a slash encoded twice", "a%252Fb"],
		["a control character", "a\u0000b"],
		["a line break", "a\r\nx: y"],
		["DEL", "a\u007f"],
		["half a pair", "a\ud800"],
		["100,000 characters", "a".repeat(100_000)],
		["one over its default length", "a".repeat(LIMITS.templateValueChars.default + 1)],
		["a number", 7],
		["an object", { toString: "x" }],
		["an array", ["a"]],
		["null", null],
		["nothing", undefined],
	])("takes no hole of a path that is %s, and says which", (_name, repo) => {
		expect(invalidMessage(grant, "listIssues", [{ owner: "acme", repo, kind: "pr" }])).toMatch(/^listIssues argument 1\.repo: found /);
	});

	test("takes no dots that make a segment, also not from two holes together", () => {
		for (const repo of [".", ".."]) expect(invalidMessage(grant, "listIssues", [{ owner: "acme", repo, kind: "pr" }])).toContain("dots");
		const two = grantOf({ two: { url: "https://a.example.com/x/{a}{b}/y", params: { a: {}, b: {} } } });
		expect(invalidMessage(two, "two", [{ a: ".", b: "." }])).toContain("dots");
		expect(prepared(two, "two", [{ a: ".", b: "x" }]).decision.kind).toBe("allowed");
	});

	test("takes what looks like structure and is none", () => {
		for (const repo of [
			"...",
			"a..b",
			"日本語",
			"?",
			"#",
			"a?b#c",
			"@evil.example",
			":8080",
			"{owner}",
			"$&",
			"%",
			"100%",
			"+",
			"'",
			"a;b".replace(";", ","),
		])
			expect(prepared(grant, "listIssues", [{ owner: "acme", repo, kind: "pr" }]).decision.kind, repo).toBe("allowed");
	});

	test.each([
		["listIssues", { owner: "a_b", repo: "r", kind: "k" }, "argument 1.owner"],
		["listIssues", { owner: "a".repeat(40), repo: "r", kind: "k" }, "argument 1.owner"],
		["listIssues", { owner: "a", repo: "r", kind: "k", state: "all" }, "argument 1.state"],
		["listIssues", { owner: "a", repo: "r", kind: "a\nb" }, "argument 1.kind"],
		["listIssues", { owner: "a", repo: "r", kind: "k", other: 1 }, 'the field "other"'],
		["listIssues", JSON.parse('{"owner":"a","repo":"r","kind":"k","__proto__":{}}'), 'the field "__proto__"'],
		["listIssues", [], "wanted an object"],
		["listIssues", "acme", "wanted an object"],
		["listIssues", new Map(), "wanted an object"],
		["createIssue", { title: "t".repeat(11), count: 3, on: true }, "argument 1.title"],
		["createIssue", { title: "t", count: 0, on: true }, "argument 1.count"],
		["createIssue", { title: "t", count: 10, on: true }, "argument 1.count"],
		["createIssue", { title: "t", count: 1.5, on: true }, "argument 1.count"],
		["createIssue", { title: "t", count: Number.NaN, on: true }, "argument 1.count"],
		["createIssue", { title: "t", count: 1, on: "true" }, "argument 1.on"],
		["createIssue", { title: "t", count: 1, on: true, extra: new Map() }, "argument 1.extra"],
		["createIssue", { title: "t", count: 1, on: true, extra: new Set() }, "argument 1.extra"],
		["ping", { x: 1 }, 'the field "x"'],
	])("%s with %j is refused by its path", (method, values, where) => {
		expect(invalidMessage(grant, method, [values])).toContain(where);
	});

	test("takes one more argument, which may ask for a handle and nothing else", () => {
		expect(prepared(grant, "ping", [{}, { as: "handle" }]).decision.kind).toBe("allowed");
		for (const options of [{ as: "file" }, { redirect: "manual" }, "handle", 7])
			expect(invalidMessage(grant, "ping", [{}, options])).toContain("argument 2");
		expect(invalidMessage(grant, "ping", [{}, {}, {}])).toContain("at most 2");
	});

	test("alone gives no fetch; the ledger's rule names the template", () => {
		expect(grant.methods).toEqual(["listIssues", "createIssue", "ping"]);
		expect(invalidMessage(grant, "fetch", [{ url: "https://a.example.com/ping" }])).toContain("wanted one of listIssues");
		expect(coversRequest({ verb: "http.fetch", templates: issues("https://a.example.com") }, [{ url: "https://a.example.com/ping" }])).toBe(
			false,
		);
		expect(prepared(grant, "ping", []).decision).toEqual({ kind: "allowed", rule: "ping: GET https://a.example.com/ping" });
		expect(prepared(grant, "createIssue", [{ title: "t", count: 1, on: true }])).toMatchObject({ effect: "write", idempotent: false });
	});

	test("is redirected only where a rule allows it", async () => {
		await using upstream = await startUpstream((request, response) => {
			if (request.path === "/ping") response.writeHead(302, { location: "/end" }).end();
			else response.end("end");
		});
		const context = callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`] });
		const templates = { ping: { url: `${upstream.origin}/ping` } };
		expect(codeOf(await performOnHost(grantOf(templates), "ping", [], context))).toBe("egress_denied");
		const allow = [{ host: `127.0.0.1:${upstream.port}`, scheme: "http", paths: ["/end"] }];
		expect(responseOf(await performOnHost(grantOf(templates, { allow }), "ping", [], context)).status).toBe(200);
	});

	test.each([
		[{ then: { url: "https://a.example.com/" } }],
		[{ fetch: { url: "https://a.example.com/" } }],
		[{ stream: { url: "https://a.example.com/" } }],
		[{ "a-b": { url: "https://a.example.com/" } }],
		[{ a: { url: "https://{host}.example.com/", params: { host: {} } } }],
		[{ a: { url: "https://a.example.com:{port}/", params: { port: {} } } }],
		[{ a: { url: "{scheme}://a.example.com/", params: { scheme: {} } } }],
		[{ a: { url: "https://a.example.com/?q={q}", params: { q: {} } } }],
		[{ a: { url: "https://a.example.com" } }],
		[{ a: { url: "https://10.0.0.1/" } }],
		[{ a: { url: "https://*.example.com/" } }],
		[{ a: { url: "https://user@a.example.com/" } }],
		[{ a: { url: "https://a.example.com/x/../y" } }],
		[{ a: { url: "https://a.example.com//y" } }],
		[{ a: { url: "https://a.example.com/{x}" } }],
		[{ a: { url: "https://a.example.com/", params: { unused: {} } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { optional: true } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { type: "json" } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { pattern: "(" } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { pattern: "(?=x)" } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { pattern: "((a{1,30}){1,30}){1,9}" } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { pattern: "a", maxLength: 10_000 } } } }],
		[{ a: { url: "https://a.example.com/{x}", params: { x: { type: "integer", pattern: "a" } } } }],
		[{ a: { url: "https://a.example.com/", body: {} } }],
		[{ a: { url: "https://a.example.com/", headers: { host: "x" } } }],
		[{ a: { url: "https://a.example.com/", headers: { x: "a\r\nb" } } }],
		[{ a: { url: "ftp://a.example.com/" } }],
		[{}],
	])("%j is refused by the grant's schema", (templates) => {
		expect(accepts(templates)).toBe(false);
	});

	test("matches a pattern in linear time", () => {
		const one = grantOf({ one: { url: "https://a.example.com/{x}", params: { x: { pattern: "(a|a)*b" } } } });
		const spentMs = startCpuClock();
		expect(invalidMessage(one, "one", [{ x: "a".repeat(LIMITS.templateValueChars.withPattern) }])).toContain("matches");
		expect(spentMs()).toBeLessThan(5_000);
	});

	test("is declared with its holes, and nothing in it ends its comment", () => {
		const text = grant.declaration(NO_RESOURCES);
		expect(text).toContain(
			'listIssues(params: { owner: string; repo: string; state?: "open" | "closed"; kind: string }): Promise<Response>;',
		);
		expect(text).toContain(
			"createIssue(params: { title: string; label?: string; count: number; extra?: unknown; on: boolean }): Promise<Response>;",
		);
		expect(text).toContain("ping(params?: Record<string, never>): Promise<Response>;");
		expect(text).not.toContain("fetch(");
		expect(text.split("*/")).toHaveLength(4);
	});
});
