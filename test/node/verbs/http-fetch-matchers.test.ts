import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { coversRequest } from "../../../worker/verbs/http-fetch/covers-request.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost, prepared } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

const grantOf = (rule: Record<string, unknown>) => httpFetch.bind({ verb: "http.fetch", allow: [{ host: "a.example.com", ...rule }] });
const accepts = (rule: Record<string, unknown>) =>
	httpFetch.grantSchema.safeParse({ verb: "http.fetch", allow: [{ host: "a.example.com", ...rule }] }).success;
const covers = (rule: Record<string, unknown>, query: string, headers: readonly (readonly [string, string])[] = []) =>
	prepared(grantOf(rule), "fetch", [{ url: `https://a.example.com/${query}`, headers }]).decision.kind === "allowed";

describe("a rule's query", () => {
	const QUERY = { state: "open", page: { glob: "*", optional: true }, sort: { prefix: "created", optional: true }, debug: null };

	test.each([
		"?state=open",
		"?state=open&page=7",
		"?page=&state=open",
		"?state=open&state=open",
		"?state=open&sort=created-desc",
		"?&state=open&&",
	])("covers %s", (query) => {
		expect(covers({ query: QUERY }, query)).toBe(true);
	});

	test.each(["?%73tate=ope%6E", "?state=open#state=closed"])("covers %s, which a redirect may go to", (query) => {
		const grant = { verb: "http.fetch", allow: [{ host: "a.example.com", query: QUERY }] };
		expect(coversRequest(grant, [{ url: `https://a.example.com/${query}`, method: "GET" }])).toBe(true);
	});

	test.each([
		["", "a named key that is missing"],
		["?", "an empty query"],
		["?state=closed", "another value"],
		["?state=open&state=closed", "a second value that does not fit"],
		["?state=closed&state=open", "a first value that does not fit"],
		["?state=open&%73tate=closed", "the same key percent-encoded"],
		["?state=open;state=closed", "a semicolon that some take for &"],
		["?state=open&x=1;state=closed", "a semicolon in another key's value"],
		["?state=open&page=1;state=closed", "a semicolon in a value that may be anything"],
		["?state=open&other=1", "a key that is not named"],
		["?state=open&debug", "a key that must not be there"],
		["?state=open&debug=", "a key that must not be there, empty"],
		["?state=open&State=closed", "the key in another case"],
		["?state=open&state[]=closed", "the key with an index"],
		["?state=open&%20state=closed", "the key behind a blank"],
		["?state=open&state%00=closed", "the key before a NUL"],
		["?state=open&%2573tate=closed", "the key encoded twice"],
		["?state=open&%u0073tate=closed", "the key in another encoding"],
		["?state=open&sort=updated", "a value without the prefix"],
		["?state=open%00", "a value with more behind it"],
		["?state=open%FF", "a value that is no UTF-8"],
		["?state=Open", "a value in another case"],
		["?state=open+", "a value with a blank"],
		["?=x&state=open", "an empty key"],
	])("does not cover %s: %s", (query) => {
		expect(covers({ query: QUERY }, query)).toBe(false);
	});

	test("with * lets other keys be, but none that a far side could take for a named one", () => {
		const query = { state: "open", "*": { glob: "*" } };
		expect(covers({ query }, "?state=open&anything=1&and=more")).toBe(true);
		for (const trick of ["State=closed", "state[]=closed", "state[0]=closed", "+state=closed", "%09state=closed", "state%00x=closed"])
			expect(covers({ query }, `?state=open&${trick}`), trick).toBe(false);
		expect(covers({ query: { my_key: "1", "*": { glob: "*" } } }, "?my_key=1&my.key=2")).toBe(false);
		expect(covers({ query: { "*": { prefix: "x" } } }, "?a=x1&b=y")).toBe(false);
	});

	test("that is empty covers no query at all, and none named covers every query", () => {
		expect([covers({ query: {} }, ""), covers({ query: {} }, "?a=1")]).toEqual([true, false]);
		expect(covers({}, "?a=1;b=2&a=3")).toBe(true);
	});

	test("is matched in linear steps, and spent steps cover nothing", () => {
		const query = Object.fromEntries(
			Array.from({ length: LIMITS.matchersPerRule }, (_, index) => [`k${index}`, { glob: `${"*a".repeat(100)}b`, optional: true }]),
		);
		const grant = httpFetch.bind({
			verb: "http.fetch",
			allow: Array.from({ length: LIMITS.httpRules }, () => ({ host: "a.example.com", query })),
		});
		const spentMs = startCpuClock();
		const call = prepared(grant, "fetch", [{ url: `https://a.example.com/?k0=${"a".repeat(4_000)}` }]);
		expect(call.decision).toMatchObject({ code: "egress_denied", message: expect.stringContaining("out to") });
		expect(spentMs()).toBeLessThan(5_000);
	});

	test("is bounded and strict in the grant", () => {
		expect(accepts({ query: QUERY, headers: { "x-a": "b" } })).toBe(true);
		const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));
		expect([accepts({ query: keys(LIMITS.matchersPerRule) }), accepts({ query: keys(LIMITS.matchersPerRule + 1) })]).toEqual([true, false]);
		const chars = LIMITS.matcherChars;
		expect([accepts({ query: { a: "v".repeat(chars) } }), accepts({ query: { a: "v".repeat(chars + 1) } })]).toEqual([true, false]);
		for (const query of [
			{ a: 1 },
			{ a: { prefix: "" } },
			{ a: { regex: "x" } },
			{ a: { prefix: "x", glob: "y" } },
			{ "": "x" },
			{ a: "1", A: "2" },
		])
			expect(accepts({ query }), JSON.stringify(query)).toBe(false);
		for (const headers of [{ "x y": "1" }, { connection: "close" }, { "X-A": "1", "x-a": "2" }, { "x-a": 7 }])
			expect(accepts({ headers }), JSON.stringify(headers)).toBe(false);
	});
});

describe("a rule's headers", () => {
	const HEADERS = { "X-Env": "staging", accept: { prefix: "application/", optional: true }, "x-debug": null };
	const withHeaders = (...headers: readonly (readonly [string, string])[]) => covers({ headers: HEADERS }, "", headers);

	test("cover a request whose named ones fit; others may be there", () => {
		expect(withHeaders(["x-env", "staging"])).toBe(true);
		expect(withHeaders(["X-ENV", " staging "], ["x-other", "1"])).toBe(true);
		expect(withHeaders(["x-env", "staging"], ["accept", "application/json, application/xml"])).toBe(true);
	});

	test.each([
		[[]],
		[[["x-env", "prod"]]],
		[
			[
				["x-env", "staging"],
				["X-Env", "prod"],
			],
		],
		[
			[
				["x-env", "prod"],
				["x-env", "staging"],
			],
		],
		[[["x-env", "staging, prod"]]],
		[
			[
				["x-env", "staging"],
				["accept", "application/json, text/html"],
			],
		],
		[
			[
				["x-env", "staging"],
				["accept", "text/html"],
			],
		],
		[
			[
				["x-env", "staging"],
				["X-DEBUG", ""],
			],
		],
	] as const)("do not cover %j", (headers) => {
		expect(withHeaders(...headers)).toBe(false);
	});

	test("with * refuse the others", () => {
		expect(covers({ headers: { accept: "a/b", "*": null } }, "", [["accept", "a/b"]])).toBe(true);
		expect(
			covers({ headers: { accept: "a/b", "*": null } }, "", [
				["accept", "a/b"],
				["x-a", "1"],
			]),
		).toBe(false);
	});

	test("are asked for of a plain fetch() too, in any case", () => {
		const grant = { verb: "http.fetch", allow: [{ host: "a.example.com", headers: { "x-env": "staging" } }] };
		const request = { url: "https://a.example.com/" };
		expect(coversRequest(grant, [{ ...request, headers: [["X-Env", "staging"]] }])).toBe(true);
		expect(coversRequest(grant, [request])).toBe(false);
	});
});

test("a denial says which part of the request no rule allows, and the rule's text says its conditions", () => {
	const grant = grantOf({ query: { state: "open", page: { glob: "*", optional: true } }, headers: { "x-env": "staging" } });
	const decide = (url: string) => prepared(grant, "fetch", [{ url, headers: [] }]).decision;
	expect(decide("https://a.example.com/?x=1")).toMatchObject({ message: expect.stringContaining("no rule of the host allows the query") });
	expect(decide("https://a.example.com/?state=open")).toMatchObject({
		message: expect.stringContaining("no rule of the host allows the headers"),
		hint: "Allowed: GET, HEAD https://a.example.com/**, query state=open & page?=*, headers x-env=staging.",
	});
});

test("a redirect is judged by its own query", async () => {
	await using upstream = await startUpstream((request, response) => {
		if (request.path === "/?to=bad") response.writeHead(302, { location: "/?admin=1" }).end();
		else if (request.path === "/?to=good") response.writeHead(302, { location: "/?to=end" }).end();
		else response.end("end");
	});
	const grant = loopbackGrant([upstream.port], {}, { query: { to: { glob: "*" } } });
	const context = callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`] });
	const get = (query: string) => performOnHost(grant, "fetch", [{ url: `${upstream.origin}/${query}` }], context);
	expect(codeOf(await get("?to=bad"))).toBe("egress_denied");
	expect(responseOf(await get("?to=good")).status).toBe(200);
	expect(upstream.seen.map(({ path }) => path)).toEqual(["/?to=bad", "/?to=good", "/?to=end"]);
});
