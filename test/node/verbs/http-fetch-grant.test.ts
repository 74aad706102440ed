import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { coversRequest } from "../../../worker/verbs/http-fetch/covers-request.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

const grantOf = (rule: Record<string, unknown> = {}, parts: Record<string, unknown> = {}) =>
	httpFetch.bind({ verb: "http.fetch", allow: [{ host: "allowed.example.com", ...rule }], ...parts });
const accepts = (grant: Record<string, unknown>) => httpFetch.grantSchema.safeParse({ verb: "http.fetch", ...grant }).success;
const INJECT = { header: "Authorization", format: "Bearer {secret}", secret: "token" };

describe("a grant of http.fetch", () => {
	test.each([
		"*",
		"*.com",
		"*.",
		"*.*.example.com",
		"a.*.example.com",
		"a*.example.com",
		"*example.com",
		"10.0.0.0/8",
		"10.0.0.*",
		"192.168.0.1",
		"10.1",
		"0x7f.1/8",
		"169.254.169.254",
		"*.8.8.8.8",
		"[fd00::1]",
		"[::ffff:8.8.8.8]",
		"::1",
		"2001:db8::1",
		"example",
		"metadata.google.internal",
		"*.internal",
		"*.local",
		"*.localhost",
		"x.local",
		"https://example.com",
		"example.com/x",
		"user@example.com",
		"exa mple.com",
		"example.com:0",
		"example.com:65536",
		"example.com:x",
		"example.com?x",
		"example.com#x",
		"",
		".",
		"..",
		"a..b.com",
		"%65xample.com",
		"example.com\n",
		"-x.example.com",
	])("the host %j is refused by the grant's schema, in words", (host) => {
		const parsed = httpFetch.grantSchema.safeParse({ verb: "http.fetch", allow: [{ host }] });
		expect(parsed.error?.issues[0]?.message).toMatch(/^host ".*": (found|wanted|its|a lone)/);
	});

	test("the grant's schema is strict and bounded", () => {
		const rule = { host: "a.example.com" };
		expect(accepts({ allow: [rule] })).toBe(true);
		expect(accepts({ allow: [] })).toBe(false);
		expect(accepts({ allow: Array.from({ length: LIMITS.httpRules }, () => rule) })).toBe(true);
		expect(accepts({ allow: Array.from({ length: LIMITS.httpRules + 1 }, () => rule) })).toBe(false);
		for (const bad of [
			{ extra: 1 },
			{ methods: [] },
			{ methods: ["get"] },
			{ methods: ["TRACE"] },
			{ paths: [] },
			{ paths: ["x"] },
			{ paths: ["/a//b"] },
			{ paths: ["/../a"] },
			{ paths: ["/a?b"] },
			{ paths: ["/a**"] },
			{ paths: ["/a b"] },
			{ ports: [0] },
			{ ports: [65_536] },
			{ scheme: "ftp" },
			{ host: "a.example.com:1", ports: [1] },
		]) {
			expect(accepts({ allow: [{ ...rule, ...bad }] })).toBe(false);
		}
		for (const bad of [
			{ extra: 1 },
			{ redirects: "yes" },
			{ limits: { responseBytes: LIMITS.contentBytes + 1 } },
			{ limits: { requestBytes: LIMITS.contentBytes + 1 } },
			{ limits: { timeoutMs: LIMITS.upstreamMs.max + 1 } },
			{ limits: { calls: 0 } },
			{ labels: ["public"] },
			{ approval: "maybe" },
		]) {
			expect(accepts({ allow: [rule], ...bad })).toBe(false);
		}
		expect(
			accepts({
				allow: [rule],
				limits: { responseBytes: LIMITS.contentBytes, timeoutMs: LIMITS.upstreamMs.max, calls: 1 },
				labels: ["private"],
				approval: "always",
			}),
		).toBe(true);
	});

	test.each([
		{ header: "host" },
		{ header: "x y" },
		{ header: "" },
		{ header: "connection" },
		{ header: "Transfer-Encoding" },
		{ header: "content-length" },
		{ header: "proxy-authorization" },
		{ header: "x-forwarded-for" },
		{ header: "cf-x" },
		{ header: "sec-fetch-mode" },
		{ header: "a\r\nb" },
		{ format: "Bearer" },
		{ format: "{secret}{secret}" },
		{ format: "{secret}\r\nx: y" },
		{ format: "é {secret}" },
		{ secret: "" },
		{ hosts: [] },
		{ hosts: ["*"] },
		{ extra: 1 },
	])("the injection %j is refused by the grant's schema", (part) => {
		expect(accepts({ allow: [{ host: "a.example.com" }], inject: { ...INJECT, ...part } })).toBe(false);
	});

	test("coversRequest() tells the gate which grant a plain fetch() belongs to", () => {
		const grant = { verb: "http.fetch", allow: [{ host: "a.example.com", paths: ["/x/*"] }] };
		expect(coversRequest(grant, [{ url: "https://a.example.com/x/y" }])).toBe(true);
		expect(coversRequest(grant, [{ url: "https://a.example.com/y" }])).toBe(false);
		expect(coversRequest(grant, [{ url: "https://a.example.com/x/y", method: "POST" }])).toBe(false);
		expect(coversRequest(grant, [7])).toBe(false);
		expect(coversRequest({ verb: "files", mounts: {} }, [{ url: "https://a.example.com/x/y" }])).toBe(false);
	});

	test("the declaration says what is allowed and nothing of the secret, and nothing in it ends its comment", () => {
		const text = grantOf({ paths: ["/a/*/b"], methods: ["GET", "POST"] }, { inject: INJECT }).declaration(NO_RESOURCES);
		expect(text).toContain("GET, POST https://allowed.example.com/a/*\\/b");
		expect(text).toContain("authorization");
		expect(text).not.toContain("token");
		expect(text.split("*/")).toHaveLength(2);
	});

	test("labels are external and untrusted whatever the grant says", () => {
		expect(grantOf().labels).toEqual(["untrusted", "external"]);
		expect(grantOf({}, { labels: ["private"] }).labels).toEqual(["private", "untrusted", "external"]);
	});

	test.each([
		[{ host: "*.example.com" }, {}, "every name below"],
		[{ scheme: "http" }, {}, "over http"],
		[{ methods: ["POST"] }, {}, "POST on every path"],
		[{ host: "127.0.0.1:8080" }, {}, "this machine"],
		[{ host: "8.8.8.8" }, {}, "is an address"],
		[{ host: "*.example.com" }, { inject: INJECT }, "the secret goes to every host below"],
		[{ scheme: "any" }, { inject: INJECT }, "in the clear"],
		[{}, { inject: { ...INJECT, hosts: ["other.example.com"] } }, "which no rule allows"],
	])("lint warns of %j with %j", (rule, parts, warning) => {
		expect(grantOf(rule, parts).lint().join("\n")).toContain(warning);
	});

	test("lint has nothing to say of a narrow grant", () => {
		expect(grantOf({ methods: ["GET", "POST"], paths: ["/a/*"] }, { inject: INJECT }).lint()).toEqual([]);
	});
});
