import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { httpFetch } from "../../../worker/verbs/http-fetch/http-fetch.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { invalidMessage, prepared } from "./perform.ts";

const grantOf = (rule: Record<string, unknown> = {}, parts: Record<string, unknown> = {}) =>
	httpFetch.bind({ verb: "http.fetch", allow: [{ host: "allowed.example.com", ...rule }], ...parts });
const kindOf = (url: string, rule: Record<string, unknown> = {}, method = "GET") =>
	prepared(grantOf(rule), "fetch", [{ url, method }]).decision.kind;
const INJECT = { header: "Authorization", format: "Bearer {secret}", secret: "token" };

describe("the argument of http.fetch", () => {
	test.each(["TRACE", "CONNECT", "TRACK", "patch", "get", "Post", "GET ", "GET\r\nX: y", "", "PROPFIND"])(
		"the method %j is no argument",
		(method) => {
			expect(invalidMessage(grantOf(), "fetch", [{ url: "https://allowed.example.com/", method }])).toMatch(
				/argument 1\.method: found .*wanted one of GET, HEAD/,
			);
		},
	);

	test("arguments that do not fit are named by their path", () => {
		const url = "https://allowed.example.com/";
		expect(invalidMessage(grantOf(), "fetch", [{ url, method: 7 }])).toBe("fetch argument 1.method: found 7, wanted a string");
		expect(invalidMessage(grantOf(), "fetch", [{ url: 7 }])).toBe("fetch argument 1.url: found 7, wanted a string");
		expect(invalidMessage(grantOf(), "fetch", [{ url, headers: [["a", 1]] }])).toContain("argument 1.headers");
		expect(invalidMessage(grantOf(), "fetch", [{ url, body: {} }])).toContain("argument 1.body: found an object");
		expect(invalidMessage(grantOf(), "fetch", [{ url, credentials: "include" }])).toContain('the field "credentials"');
		expect(invalidMessage(grantOf(), "fetch", [])).toContain("found nothing");
		expect(invalidMessage(grantOf(), "toString", [])).toContain("wanted one of fetch, fetchAny");
		for (const method of ["GET", "HEAD"]) expect(invalidMessage(grantOf(), "fetch", [{ url, method, body: "" }])).toContain("wanted none");
	});

	test("a URL, Headers and pairs of headers are taken", () => {
		const call = prepared(grantOf(), "fetchAny", [{ url: new URL("https://allowed.example.com/"), headers: new Headers({ a: "b" }) }]);
		expect(call.decision).toEqual({ kind: "allowed", rule: "GET, HEAD https://allowed.example.com/**" });
	});

	test("URL, body and headers are taken at their limits and refused one over", () => {
		const base = "https://allowed.example.com/";
		expect(kindOf(base.padEnd(LIMITS.urlChars, "a"))).toBe("allowed");
		expect(kindOf(base.padEnd(LIMITS.urlChars + 1, "a"))).toBe("denied");
		expect(kindOf(base + "é".repeat(1_000))).toBe("denied");
		const post = grantOf({ methods: ["POST"] });
		const withBody = (bytes: number) =>
			post.prepare("fetch", [{ url: base, method: "POST", body: new Uint8Array(bytes) }], NO_RESOURCES).kind;
		expect([withBody(LIMITS.requestBytes), withBody(LIMITS.requestBytes + 1)]).toEqual(["prepared", "invalid"]);
		const withHeaders = (headers: unknown) => grantOf().prepare("fetch", [{ url: base, headers }], NO_RESOURCES).kind;
		const many = (count: number) => Array.from({ length: count }, (_, index) => [`x-${index}`, "v"]);
		expect([withHeaders(many(LIMITS.headers)), withHeaders(many(LIMITS.headers + 1))]).toEqual(["prepared", "invalid"]);
		const wide = (bytes: number) => [["x", "v".repeat(bytes - 5)]];
		expect([withHeaders(wide(LIMITS.headerBytes)), withHeaders(wide(LIMITS.headerBytes + 1))]).toEqual(["prepared", "invalid"]);
	});

	test.each([
		["a\r\nb", "v"],
		["a b", "v"],
		["", "v"],
		[":authority", "v"],
		["a", "v\r\nx: y"],
		["a", "v\0"],
		["a", "é"],
		["a\u0130", "v"],
		// The Kelvin sign: its lower case is the letter k.
		["\u212aeep", "v"],
	])("the header %j: %j is no header", (name, value) => {
		expect(invalidMessage(grantOf(), "fetch", [{ url: "https://allowed.example.com/", headers: [[name, value]] }])).toContain(
			"argument 1.headers",
		);
	});

	test.each([
		"host",
		"Host",
		"upgrade",
		"proxy-authorization",
		"Proxy-Connection",
		"x-forwarded-for",
		"X-Forwarded-Host",
		"forwarded",
		"cf-connecting-ip",
		"CF-Worker",
		"x-real-ip",
		"true-client-ip",
		"x-http-method-override",
		"x-http-method",
		"x-method-override",
		"x-original-url",
		"x-rewrite-url",
		"via",
	])("a program may not set %s", (name) => {
		expect(prepared(grantOf(), "fetch", [{ url: "https://allowed.example.com/", headers: [[name, "v"]] }]).decision).toMatchObject({
			code: "egress_denied",
		});
	});

	test("a program may not set the header that the grant injects, in any case", () => {
		const grant = grantOf({}, { inject: INJECT });
		for (const name of ["authorization", "AUTHORIZATION"]) {
			expect(prepared(grant, "fetch", [{ url: "https://allowed.example.com/", headers: [[name, "v"]] }]).decision).toMatchObject({
				code: "egress_denied",
			});
		}
		expect(prepared(grantOf(), "fetch", [{ url: "https://allowed.example.com/", headers: [["authorization", "v"]] }]).decision.kind).toBe(
			"allowed",
		);
	});

	test("effects follow the method: reading and replacing may be repeated, POST and PATCH not", () => {
		const grant = grantOf({ methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"] });
		const facts = (method: string) => {
			const call = prepared(grant, "fetch", [{ url: "https://allowed.example.com/", method }]);
			return [call.effect, call.idempotent];
		};
		for (const method of ["GET", "HEAD", "OPTIONS"]) expect(facts(method)).toEqual(["read", true]);
		for (const method of ["PUT", "DELETE"]) expect(facts(method)).toEqual(["write", true]);
		for (const method of ["POST", "PATCH"]) expect(facts(method)).toEqual(["write", false]);
	});
});
