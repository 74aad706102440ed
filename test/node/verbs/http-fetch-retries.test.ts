import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { retryWaitMs } from "../../../worker/verbs/http-fetch/retry-wait.ts";
import { loopbackGrant, responseOf } from "./fetching.ts";
import { callContext, codeOf, performOnHost, prepared } from "./perform.ts";
import { startUpstream } from "./upstream.ts";

type Answer = Parameters<typeof startUpstream>[0];

const fetchWith = async (
	answers: readonly Answer[],
	request: Record<string, unknown> = {},
	parts: Record<string, unknown> = { retries: 3 },
) => {
	let count = 0;
	await using upstream = await startUpstream((seen, response) => {
		const answer = answers[Math.min(count, answers.length - 1)];
		count += 1;
		answer?.(seen, response);
	});
	const context = callContext({ developmentHosts: [`127.0.0.1:${upstream.port}`] });
	const outcome = await performOnHost(
		loopbackGrant([upstream.port], parts),
		"fetch",
		[{ url: `${upstream.origin}/`, ...request }],
		context,
	);
	return { outcome, seen: upstream.seen };
};

const status =
	(code: number, headers: Record<string, string> = { "retry-after": "0" }): Answer =>
	(_request, response) =>
		response.writeHead(code, headers).end();
const OK = status(200);
const RESET: Answer = (_request, response) => void response.socket?.destroy();

describe("retries", () => {
	test.each([429, 502, 503, 504])("follow a %i", async (code) => {
		const { outcome, seen } = await fetchWith([status(code), OK]);
		expect([responseOf(outcome).status, seen.length]).toEqual([200, 2]);
	});

	test("follow a connection that failed", async () => {
		const { outcome, seen } = await fetchWith([RESET, OK]);
		expect([responseOf(outcome).status, seen.length]).toEqual([200, 2]);
	});

	test.each([400, 401, 404, 408, 500, 501])("do not follow a %i", async (code) => {
		const { outcome, seen } = await fetchWith([status(code)]);
		expect([responseOf(outcome).status, seen.length]).toEqual([code, 1]);
	});

	test("are none unless the grant says so", async () => {
		expect((await fetchWith([status(503)], {}, {})).seen).toHaveLength(1);
		expect((await fetchWith([RESET], {}, {})).seen).toHaveLength(1);
	});

	test("are as many as the grant says, all hops together, and the last answer is given", async () => {
		const { outcome, seen } = await fetchWith([status(503)], {}, { retries: 2 });
		expect([responseOf(outcome).status, seen.length]).toEqual([503, 3]);
		const hops = await fetchWith([status(503), status(302, { location: "/b" }), status(503)], {}, { retries: 2 });
		expect(hops.seen.map(({ path }) => path)).toEqual(["/", "/", "/b", "/b"]);
	});

	test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])("are made for %s", async (method) => {
		expect((await fetchWith([status(503), OK], { method })).seen).toHaveLength(2);
	});

	test.each(["POST", "PATCH"])("are never made for %s, with the program's own key or without, unless the grant says so", async (method) => {
		for (const headers of [[], [["idempotency-key", "mine"]]]) {
			for (const answer of [status(503), RESET])
				expect((await fetchWith([answer, OK], { method, body: "b", headers })).seen).toHaveLength(1);
		}
		const { seen } = await fetchWith([status(503), RESET, OK], { method, body: "b" }, { retries: 3, retryKeyed: true });
		expect(seen.map(({ headers, body }) => [headers["idempotency-key"], body])).toEqual(Array.from({ length: 3 }, () => ["cal_test", "b"]));
	});

	test("stay within the call's time: what would have to wait longer is given as it is", async () => {
		const { outcome, seen } = await fetchWith([status(503, { "retry-after": "3600" })]);
		expect([responseOf(outcome).status, seen.length]).toEqual([503, 1]);
	});

	test("end with the call's time", async () => {
		const { outcome } = await fetchWith([RESET], {}, { retries: 3, limits: { timeoutMs: 120 } });
		expect(["upstream_failed", "upstream_timeout"]).toContain(codeOf(outcome));
	});

	test("count the bytes of every try, and are held beforehand", async () => {
		const once = await fetchWith([OK], { method: "PUT", body: "b".repeat(1_000) });
		const thrice = await fetchWith([status(503), status(503), OK], { method: "PUT", body: "b".repeat(1_000) });
		expect(thrice.outcome.cost.egressBytes).toBe(3 * (once.outcome.cost.egressBytes ?? 0));
		const held = (retries: number) =>
			prepared(loopbackGrant([80], { retries, redirects: "refuse" }), "fetch", [{ url: "http://127.0.0.1/" }]).worstCost.egressBytes;
		expect(held(3)).toBe(4 * (held(0) ?? 0));
	});

	test("wait as long as the far side asks, else longer each time and never together", () => {
		const { first, max } = LIMITS.retryWaitMs;
		expect(retryWaitMs(0, "7", 0, 0)).toBe(7_000);
		expect(retryWaitMs(0, "Thu, 01 Jan 1970 00:00:09 GMT", 4_000, 0)).toBe(5_000);
		expect(retryWaitMs(0, "Thu, 01 Jan 1970 00:00:09 GMT", 40_000, 0)).toBe(0);
		for (const nonsense of [null, "", "-1", "soon", "1e9", "9".repeat(400)]) expect(retryWaitMs(0, nonsense, 0, 1)).toBe(first);
		expect([0, 1, 2].map((retried) => retryWaitMs(retried, null, 0, 1))).toEqual([first, first * 2, first * 4]);
		expect(retryWaitMs(0, null, 0, 0)).toBe(first / 2);
		expect(retryWaitMs(100, null, 0, 1)).toBe(max);
	});
});
