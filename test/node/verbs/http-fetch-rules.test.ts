import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { globFault, matchesGlob, readGlob, splitPath } from "../../../worker/verbs/http-fetch/path-glob.ts";
import { invalidMessage, prepared } from "./perform.ts";

const grantOf = (rule: Record<string, unknown> = {}, parts: Record<string, unknown> = {}) =>
	httpFetch.bind({ verb: "http.fetch", allow: [{ host: "allowed.example.com", ...rule }], ...parts });
const matches = (pattern: string, path: string) => matchesGlob(readGlob(pattern), splitPath(path), { left: LIMITS.globSteps });
const kindOf = (url: string, rule: Record<string, unknown> = {}, method = "GET") =>
	prepared(grantOf(rule), "fetch", [{ url, method }]).decision.kind;

describe("the rules of http.fetch", () => {
	test("name what opens loopback where one of them names it and does not cover the request", () => {
		const message = (url: string, rule: object): string => {
			const { decision } = prepared(grantOf({ ...rule }), "fetch", [{ url }]);
			return decision.kind === "denied" ? decision.message : "";
		};
		const how = 'CORDON_DEV_ALLOW=127.0.0.1:9000, and a grant of http.fetch with "scheme": "http" for http';
		expect(message("http://127.0.0.1:9000/", { host: "127.0.0.1" })).toContain(how);
		expect(message("http://allowed.example.com/", {})).not.toContain("CORDON_DEV_ALLOW");
	});

	test.each([
		"https://allowed.example.com/",
		"https://allowed.example.com/x?y=1",
		"https://allowed.example.com/?u=http://127.0.0.1/&p=../..;//\\%2F",
	])("cover %s", (url) => {
		expect(kindOf(url)).toBe("allowed");
	});

	test.each([
		["https://allowed.example.com", "https://allowed.example.com/"],
		["https://ALLOWED.example.com/x?y=1#z", "https://allowed.example.com/x?y=1"],
		["https://allowed.example.com./", "https://allowed.example.com/"],
		["https://allowed.example.com:443/", "https://allowed.example.com/"],
		["https://allowed.example.com/safe/../admin", "https://allowed.example.com/admin"],
		[" https://allowed.example.com/", "https://allowed.example.com/"],
		["https://allowed.example.com/a b", "https://allowed.example.com/a%20b"],
	])("take %j only as it will be sent, since people and rules look at the arguments", (url, wanted) => {
		expect(invalidMessage(grantOf(), "fetch", [{ url }])).toBe(
			`fetch argument 1.url: found another spelling of it, wanted ${JSON.stringify(wanted)}`,
		);
	});

	test.each([
		"https://allowed.example.com.evil.example/",
		"https://evil.example/allowed.example.com",
		"https://xallowed.example.com/",
		"https://allowed.example.comx/",
		"https://sub.allowed.example.com/",
		"https://example.com/",
		"https://allowed-example.com/",
		"https://allowed.example.com@evil.example/",
		"https://allowed.example.com:443@evil.example/",
		"https://allowed.example.com\\@evil.example/",
		"https://evil.example#@allowed.example.com/",
		"https://evil.example?@allowed.example.com/",
		"https://evil.example\\allowed.example.com/",
		"https://user@allowed.example.com/",
		"https://:p@allowed.example.com/",
		"https://user:p@allowed.example.com/",
		"http://allowed.example.com/",
		"http://allowed.example.com:443/",
		"https://allowed.example.com:80/",
		"https://allowed.example.com:22/",
		"https://allowed.example.com:0/",
		"https://allowed.example.com:8443/",
		"ws://allowed.example.com/",
		"wss://allowed.example.com/",
		"ftp://allowed.example.com/",
		"//allowed.example.com/",
		"/x",
		"",
		"allowed.example.com",
		"https://аllowed.example.com/",
		"https://allowed.example.com\u3002evil.example/",
		"https://allowed.example.com%2eevil.example/",
		"https://allowed.example.com//x",
		"https://allowed.example.com/a//b",
		"https://allowed.example.com/a%2fb",
		"https://allowed.example.com/a%2Fb",
		"https://allowed.example.com/a%5cb",
		"https://allowed.example.com/a%5Cb",
		"https://allowed.example.com/a%2e%2fb",
		"https://allowed.example.com/a.%2eb",
		"https://allowed.example.com/x%2ey",
		"https://allowed.example.com/a%252fb",
		"https://allowed.example.com/a%25252e%25252e",
		"https://allowed.example.com/a;b",
		"https://allowed.example.com/a\\b",
		"https://allowed.example.com/a%00",
		"https://allowed.example.com/a%0d%0ax:y",
		"https://allowed.example.com/a\nb",
		"https://allowed.example.com/a%7f",
	])("do not cover %j", (url) => {
		expect(prepared(grantOf(), "fetch", [{ url }]).decision).toMatchObject({
			kind: "denied",
			code: "egress_denied",
			hint: "Allowed: GET, HEAD https://allowed.example.com/**.",
		});
	});

	test.each([
		["/repos/acme/*", "/repos/acme/a", true],
		["/repos/acme/*", "/repos/acme/a/b/c", true],
		["/repos/acme/*", "/repos/acme/", true],
		["/repos/acme/*", "/repos/acme", false],
		["/repos/acme/*", "/repos/acmex/a", false],
		["/repos/acme/*", "/repos/ACME/a", false],
		["/repos/acme/*", "/repos/acme/../other/a", false],
		["/repos/acme/*", "/x/repos/acme/a", false],
		["/repos/*/issues", "/repos/a/issues", true],
		["/repos/*/issues", "/repos/a/b/issues", false],
		["/repos/*/issues", "/repos/a/issues/1", false],
		["/repos/**/issues", "/repos/a/b/issues", true],
		["/repos/**/issues", "/repos/issues", true],
		["/repos/**/issues", "/repos/a/issuesx", false],
		["/v*/x-*.json", "/v1/x-1.json", true],
		["/v*/x-*.json", "/v1/x-1.jsonx", false],
		["/**", "/anything/at/all", true],
		["/", "/", true],
		["/", "/x", false],
		["/a.c", "/abc", false],
		["/caf%C3%A9", "/caf%C3%A9", true],
		["/x", "/x?secret=/y", true],
	])("the path pattern %s on %s: %s", (pattern, path, covered) => {
		expect(kindOf(`https://allowed.example.com${path}`, { paths: [pattern] })).toBe(covered ? "allowed" : "denied");
	});

	test("a pattern without stars matches itself and nothing else", () => {
		const segment = fc.string({ unit: fc.constantFrom(..."ab.-_~"), minLength: 1, maxLength: 3 });
		const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
		fc.assert(
			fc.property(path, path, (pattern, other) => {
				fc.pre(globFault(pattern) === null);
				expect(matches(pattern, other)).toBe(pattern === other);
			}),
		);
	});

	test("stars match what a regular expression of the same meaning matches", () => {
		const part = fc.constantFrom("a", "b", "*", "a*", "*b", "a*b", "**");
		const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
		const path = fc
			.array(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }), { minLength: 1, maxLength: 5 })
			.map((parts) => `/${parts.join("/")}`);
		fc.assert(
			fc.property(pattern, path, (glob, text) => {
				const body = glob
					.slice(1)
					.replace(/(^|\/)\*$/, "$1*/**")
					.split("/")
					.reduce((built, item) => built + (item === "**" ? "(?:/[^/]*)*" : `/${item.replaceAll("*", "[^/]*")}`), "");
				expect(matches(glob, text)).toBe(new RegExp(`^${body}$`).test(text));
			}),
			{ numRuns: 2_000 },
		);
	});

	test.each([
		["*.example.com", "https://a.example.com/", true],
		["*.example.com", "https://a.b.example.com/", true],
		["*.example.com", "https://example.com/", false],
		["*.example.com", "https://xexample.com/", false],
		["*.example.com", "https://a.example.com.evil.example/", false],
		["bücher.example.com", "https://xn--bcher-kva.example.com/", true],
		["Api.Example.COM.", "https://api.example.com/", true],
		["8.8.8.8", "https://8.8.8.8/", true],
		["api.example.com:8443", "https://api.example.com:8443/", true],
		["api.example.com:8443", "https://api.example.com/", false],
		["api.example.com:443", "https://api.example.com/", true],
	])("the host %s on %s: %s", (host, url, covered) => {
		expect(kindOf(url, { host })).toBe(covered ? "allowed" : "denied");
	});

	test("ports, schemes and methods are what the rule says, GET and HEAD over https by default", () => {
		expect(kindOf("https://allowed.example.com:8443/", { ports: [8443] })).toBe("allowed");
		expect(kindOf("https://allowed.example.com/", { ports: [8443] })).toBe("denied");
		expect(kindOf("http://allowed.example.com/", { scheme: "http" })).toBe("allowed");
		expect(kindOf("https://allowed.example.com/", { scheme: "http" })).toBe("denied");
		expect(kindOf("http://allowed.example.com/", { scheme: "any" })).toBe("allowed");
		expect(kindOf("http://allowed.example.com:443/", { scheme: "any" })).toBe("denied");
		expect(kindOf("https://allowed.example.com/", {}, "HEAD")).toBe("allowed");
		for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
			expect(kindOf("https://allowed.example.com/", {}, method)).toBe("denied");
			expect(kindOf("https://allowed.example.com/", { methods: [method] }, method)).toBe("allowed");
		}
		expect(kindOf("https://allowed.example.com/", { methods: ["POST"] })).toBe("denied");
	});

	test("one rule must cover a request as a whole", () => {
		const grant = httpFetch.bind({
			verb: "http.fetch",
			allow: [{ host: "a.example.com", methods: ["POST"], paths: ["/in"] }, { host: "a.example.com" }],
		});
		expect(prepared(grant, "fetch", [{ url: "https://a.example.com/in", method: "POST" }]).decision).toMatchObject({
			kind: "allowed",
			rule: "POST https://a.example.com/in",
		});
		expect(prepared(grant, "fetch", [{ url: "https://a.example.com/x", method: "POST" }]).decision.kind).toBe("denied");
	});
});
