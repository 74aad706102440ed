import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { Policy } from "../../../contract/agents.ts";
import { bindPolicy, type PolicyGrant } from "../../../worker/policy/bind-policy.ts";
import { needsApproval } from "../../../worker/policy/needs-approval.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";

const ALLOW = [
	{ host: "api.stripe.com", methods: ["GET", "POST"] },
	{ host: "*.acme.com", methods: ["GET", "POST", "DELETE"] },
];
const TEMPLATES = {
	pay: { method: "POST", url: "https://api.stripe.com/v1/pay", body: { amount: "{amount}" }, params: { amount: { type: "number" } } },
};

const grantWith = (when: unknown): PolicyGrant => {
	const grants = { web: { verb: "http.fetch", allow: ALLOW, templates: TEMPLATES, approval: { when } } };
	const grant = bindPolicy(Policy.parse({ grants })).grants.get("web");
	assert(grant !== undefined);
	return grant;
};
/** What a program's fetch() crosses to the gate as (worker/harness/request.js). */
const request = (url: string, method = "GET") => ({ url, method, headers: [], body: null, redirect: "follow" });

/** Whether a person is asked about a call that the grant covers; `invalid`: it is no call at all. */
const asks = (grant: PolicyGrant, args: readonly unknown[], method = "fetch"): boolean | "invalid" => {
	const preparation = grant.bound.prepare(method, args, NO_RESOURCES);
	if (preparation.kind === "invalid") return "invalid";
	assert(preparation.call.decision.kind === "allowed");
	return needsApproval(grant.approval, method, args) !== null;
};

describe("a rule over http.fetch", () => {
	test("sees the URL as 0.url, for each way to fetch", () => {
		const grant = grantWith({ argument: "0.url", hostNotIn: ["api.stripe.com"] });
		for (const method of ["fetch", "fetchAny", "stream"]) {
			expect(asks(grant, [request("https://api.stripe.com/v1/charges")], method)).toBe(false);
			expect(asks(grant, [request("https://a.acme.com/")], method)).toBe(true);
		}
	});

	test("sees the HTTP method as 0.method, in the very spelling that is sent", () => {
		const grant = grantWith({ argument: "0.method", notIn: ["GET", "HEAD"] });
		expect(asks(grant, [request("https://a.acme.com/")])).toBe(false);
		expect(asks(grant, [request("https://a.acme.com/", "DELETE")])).toBe(true);
		expect(asks(grantWith({ argument: "0.method", is: "DELETE" }), [request("https://a.acme.com/", "delete")])).toBe("invalid");
		// Not what fetch() sends: what is left out is not taken for the default.
		expect(asks(grant, [{ url: "https://a.acme.com/" }])).toBe(true);
	});

	test("cannot be led astray by another spelling of the URL", () => {
		const grant = grantWith({ argument: "0.url", notStartsWith: "https://api.stripe.com/v1/charges" });
		expect(asks(grant, [request("https://api.stripe.com/v1/charges/1")])).toBe(false);
		expect(asks(grant, [request("https://api.stripe.com/v1/refunds")])).toBe(true);
		for (const url of [
			"https://api.stripe.com/v1/charges/../refunds",
			"https://api.stripe.com/v1/charges/%2e%2e/refunds",
			"https://API.stripe.com/v1/charges",
			"https://api.stripe.com:443/v1/charges",
			"https://api.stripe.com./v1/charges",
		]) {
			const preparation = grant.bound.prepare("fetch", [request(url)], NO_RESOURCES);
			expect(preparation.kind === "invalid" || preparation.call.decision.kind === "denied", url).toBe(true);
		}
	});

	test.each([
		{ argument: "0.url", is: "https://api.stripe.com/v1/pay" },
		{ argument: "0.url", in: ["https://api.stripe.com/v1/pay"] },
		{ argument: "0.url", startsWith: "https://api.stripe.com/v1/pay" },
	])("that names a URL cannot be evaded by its other spellings: $argument $is $in $startsWith", (when) => {
		const grant = grantWith(when);
		expect(asks(grant, [request("https://api.stripe.com/v1/pay", "POST")])).toBe(true);
		for (const end of ["pay#x", "pay#", "pay?", "pay?#", "%70ay", "p%61y", "./pay", "x/../pay"])
			for (const method of ["fetch", "fetchAny", "stream"])
				expect(asks(grant, [request(`https://api.stripe.com/v1/${end}`, "POST")], method), end).toBe("invalid");
		expect(asks(grant, [request("https://api.stripe.com/v1/%c3%a9", "POST")])).toBe("invalid");
		expect(asks(grant, [request("https://api.stripe.com/v1/100%", "POST")])).toBe("invalid");
		expect(asks(grant, [request("https://api.stripe.com/v1/%C3%A9?x=%2F%25#", "POST")])).toBe("invalid");
		expect(asks(grant, [request("https://api.stripe.com/v1/%C3%A9?x=%2F%25", "POST")])).toBe(false);
	});

	test("sees what fills a template by the hole's name", () => {
		const grant = grantWith({
			any: [
				{ argument: "0.amount", over: 100 },
				{ argument: "0.url", exists: true },
			],
		});
		expect(asks(grant, [{ amount: 100 }], "pay")).toBe(false);
		expect(asks(grant, [{ amount: 101 }], "pay")).toBe(true);
		expect(asks(grant, [request("https://a.acme.com/")])).toBe(true);
		expect(asks(grantWith({ argument: "0.url", hostIn: ["a.acme.com"] }), [{ amount: 1 }], "pay")).toBe(true);
	});

	test("about the URL is warned of where redirects are followed", () => {
		const lint = (when: unknown, parts: object = {}): string => {
			const grants = { web: { verb: "http.fetch", allow: ALLOW, approval: { when }, ...parts } };
			return bindPolicy(Policy.parse({ grants })).grants.get("web")?.bound.lint().join("\n") ?? "";
		};
		const url = { argument: "0.url", hostIn: ["api.stripe.com"] };
		for (const when of [url, { argument: ["0", "url"], is: "x" }, { all: [{ method: "fetch" }, { any: [{ not: url }] }] }]) {
			expect(lint(when)).toContain('add "redirects": "refuse"');
			expect(lint(when, { redirects: "refuse" })).not.toContain("redirects");
		}
		expect(lint({ argument: "0.method", is: "POST" })).not.toContain("redirects");
	});

	test("about fetch alone is warned of, since fetchAny and stream make the same requests", () => {
		const lint = (method: string | string[]): string => grantWith({ method }).bound.lint().join("\n");
		expect(lint("fetch")).toContain("not of fetchAny, stream, which make the same requests");
		expect(lint(["fetch", "fetchAny", "stream"])).not.toContain("same requests");
		expect(lint("pay")).not.toContain("same requests");
	});
});
