import { describe, expect, test } from "vitest";
import { HttpFetchGrant } from "../../../worker/verbs/http-fetch/http-fetch-grant.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, performOnHost, prepared } from "./perform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const KEYED = { idempotencyHeader: "X-Request-Key" };
const post = (upstream: Upstream, parts: Record<string, unknown>, fields: object = {}) =>
	performOnHost(
		loopbackGrant([upstream.port], parts),
		"fetch",
		[{ url: `${upstream.origin}/pay`, method: "POST", body: "1", ...fields }],
		callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`], secrets: { token: "t-secret" } }),
	);
const idempotent = (method: string, parts: Record<string, unknown>): boolean =>
	prepared(loopbackGrant([80], parts), "fetch", [{ url: "http://127.0.0.1/", method }]).idempotent;

describe("a grant with idempotencyHeader", () => {
	test("makes POST and PATCH what may be made once more; without it they are not, also where they are retried", () => {
		for (const method of ["POST", "PATCH"]) {
			expect([idempotent(method, KEYED), idempotent(method, {}), idempotent(method, { retryKeyed: true, retries: 2 })]).toEqual([
				true,
				false,
				false,
			]);
		}
		for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) expect(idempotent(method, {})).toBe(true);
	});

	test("sends the call's id there, each time it sends, and nowhere else", async () => {
		let count = 0;
		await using upstream = await startUpstream((_request, response) => {
			count += 1;
			response.writeHead(count === 1 ? 503 : 200, { "retry-after": "0" }).end();
		});
		const outcome = await post(upstream, { ...KEYED, retries: 1 });
		expect(responseOf(outcome).status).toBe(200);
		expect(upstream.seen.map(({ headers }) => [headers["x-request-key"], headers["idempotency-key"]])).toEqual([
			["cal_test", undefined],
			["cal_test", undefined],
		]);
	});

	test("does not let a program set that header, in any spelling", async () => {
		await using upstream = await startUpstream((_request, response) => response.end());
		for (const name of ["x-request-key", "X-REQUEST-KEY"]) {
			expect(await post(upstream, KEYED, { headers: [[name, "mine"]] })).toMatchObject({ code: "egress_denied" });
		}
		expect(await post(upstream, { idempotencyHeader: "Idempotency-Key" }, { headers: [["idempotency-key", "mine"]] })).toMatchObject({
			message: expect.stringContaining("which the grant sets itself"),
		});
		expect(upstream.seen).toEqual([]);
	});

	test("leaves it out where a repeat does nothing", async () => {
		await using upstream = await startUpstream((_request, response) => response.end());
		await post(upstream, KEYED, { method: "PUT" });
		expect(upstream.seen[0]?.headers).not.toHaveProperty("x-request-key");
	});

	test("does not take it along when a redirect makes GET of POST", async () => {
		await using upstream = await startUpstream((request, response) =>
			request.path === "/pay" ? response.writeHead(303, { location: "/done" }).end() : response.end(),
		);
		await post(upstream, KEYED);
		expect(upstream.seen.map(({ method, headers }) => [method, headers["x-request-key"]])).toEqual([
			["POST", "cal_test"],
			["GET", undefined],
		]);
	});

	test.each([
		[{ idempotencyHeader: "host" }],
		[{ idempotencyHeader: "content-length" }],
		[{ idempotencyHeader: "a b" }],
		[{ idempotencyHeader: "" }],
		[{ idempotencyHeader: "x-amz-date" }],
		[{ idempotencyHeader: "Authorization", inject: { header: "authorization", format: "{secret}", secret: "token" } }],
		[{ idempotencyHeader: "authorization", inject: [{ basic: { username: "a", passwordSecret: "token" } }] }],
		[{ idempotencyHeader: "x-key", templates: { pay: { url: "https://a.example.com/", headers: { "X-Key": "1" } } } }],
	])("is refused where the header is no header of its own: %j", (parts) => {
		expect(HttpFetchGrant.safeParse({ verb: "http.fetch", allow: [{ host: "a.example.com" }], ...parts }).success).toBe(false);
	});
});
