import { createExecutionContext } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { app } from "../../../worker/app.ts";
import { ask, errorOf, newTenant, type Question, testEnv } from "./ask.ts";

const get = async (headers: Record<string, string>) => ask("GET", "/v1/keys", { key: (await newTenant()).key.value, headers });

describe("a head", () => {
	test.each(["a, b", "a b", "a/v1/keys?", "a#b", "a@b", "a:99999999", "a:x", "", "é", "[::1", "a\\b", "%61"])(
		"with a Host that is none is refused: %j",
		async (host) => {
			const answer = await get({ host });
			expect([answer.status, errorOf(answer).code]).toEqual([400, "invalid_request"]);
			expect(errorOf(answer).message).toMatch(/^Reading the request's head: found /);
		},
	);

	test.each(["cordon.example", "cordon.example:8787", "127.0.0.1:80", "[::1]:8787", "LOCALHOST", "a_b-c.d"])(
		"with a Host that is one is read: %s",
		async (host) => {
			expect((await get({ host })).status).toBe(200);
		},
	);

	test("with a transfer coding besides chunked is refused", async () => {
		for (const coding of ["gzip, chunked", "identity", "xchunked", "chunked, chunked"])
			expect((await get({ "transfer-encoding": coding })).status, coding).toBe(400);
		expect((await get({ "transfer-encoding": "chunked" })).status).toBe(200);
	});
});

describe("a field that stands twice in one object of a body", () => {
	const post = async (raw: Question["raw"]) =>
		ask("POST", "/v1/runs", { key: (await newTenant()).key.value, ...(raw === undefined ? {} : { raw }) });

	test.each([
		['{"program":"a","program":"b"}', "program"],
		['{"program":"a","progr\\u0061m":"b"}', "program"],
		['{"program":"a","input":{"x":[{"y":1},{"y":1,"z":{"y":2},"y":3}]}}', "y"],
		['{"program":"a","input":{"":1,"":2}}', ""],
		['{"program":"a","input":{"\\"":1,"\\u0022":2}}', '"'],
		[`{"program":"a","input":{"${"k".repeat(500)}":1,"${"k".repeat(500)}":1}}`, "k".repeat(120)],
	])("is named: %s", async (raw, name) => {
		const answer = await post(raw);
		expect([answer.status, errorOf(answer).code], answer.text).toEqual([400, "invalid_request"]);
		expect(errorOf(answer).message).toContain(`${name}`);
		expect(errorOf(answer).message).toContain("found this field twice in one object of the body, wanted it once");
	});

	test("is none when it stands in two objects, or in a text", async () => {
		const raw = '{"agent":"nobody","program":"a : \\" b","input":[{"a":1},{"a":1,"b":{"a":":"}},"{\\"a\\":1,\\"a\\":2}",[":"],{}]}';
		const answer = await post(raw);
		expect(answer.status, answer.text).not.toBe(400);
	});
});

describe("a browser's page of another origin", () => {
	test.each(["null", "https://evil.example", "http://cordon.test", "http://cordon.test.evil.example"])(
		"learns nothing: Origin %s",
		async (origin) => {
			const key = (await newTenant()).key.value;
			const asks = [
				ask("GET", "/v1/keys", { key, headers: { origin } }),
				ask("GET", "/v1/keys", { headers: { origin, cookie: `key=${key}` } }),
				ask("OPTIONS", "/v1/keys", {
					headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
				}),
				ask("GET", "/healthz", { headers: { origin } }),
			];
			const answers = await Promise.all(asks);
			expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([200, 401, 405]);
			for (const { headers, text } of answers) {
				expect([...headers].filter(([name]) => name.startsWith("access-control-"))).toEqual([]);
				expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
				expect(text).not.toContain(origin === "null" ? '"Origin"' : origin);
			}
		},
	);
});

test("transport security is asked of browsers over TLS, and over nothing else", async () => {
	const answers = ["http", "https"].map((scheme) =>
		app.fetch(new Request(`${scheme}://cordon.test/healthz`), testEnv, createExecutionContext()),
	);
	const asked = (await Promise.all(answers)).map(({ headers }) => headers.get("strict-transport-security"));
	expect(asked).toEqual([null, "max-age=31536000"]);
});
