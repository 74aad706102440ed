import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { breaking, type Reply, refusing, saying, sending, silent, stalling, startProvider } from "../../providers/start-provider.ts";
import { complete, failureOf, grantOf, models, PROVIDERS, routeTo } from "./completing.ts";
import { codeOf, doneValue, prepared } from "./perform.ts";

const PROMPT = { prompt: "Hi", maxTokens: 50 };
const SOON = { timeoutMs: 150 };
const EVENTS = "text/event-stream";
const part = (content: string): string =>
	`data: ${JSON.stringify({ id: "1", created: 1, model: "m-1", choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** Runs a call over two routes, the first of which replies as given. */
const overTwo = async (reply: Reply, method: "complete" | "stream", first: Record<string, unknown> = {}) => {
	await using broken = await startProvider(reply);
	await using whole = await startProvider(saying("from the second"));
	const outcome = await complete([routeTo(broken, { ...SOON, ...first }), routeTo(whole)], PROMPT, { method });
	return { outcome, first: broken.seen.length, second: whole.seen.length };
};

describe("the next route", () => {
	test.each([
		["429", refusing(429, "{}", { "retry-after": "60" })],
		["500", refusing(500)],
		["503 with a page", refusing(503, "<html>")],
		["529", refusing(529)],
		["401", refusing(401)],
		["404", refusing(404)],
		["a redirect", refusing(307, "", { location: "http://169.254.169.254/latest/meta-data/" })],
		["no answer in its time", silent],
		["a connection that breaks before an answer", (response) => response.destroy()],
	] satisfies [string, Reply][])("is asked after %s, once, by both methods", async (_, reply) => {
		for (const method of ["complete", "stream"] as const) {
			const { outcome, first, second } = await overTwo(reply, method);
			expect(doneValue(outcome)).toMatchObject({ text: "from the second", model: "fast" });
			expect([first, second]).toEqual([1, 1]);
		}
	});

	test.each(PROVIDERS)("is asked when %s is overloaded", async (provider) => {
		for (const method of ["complete", "stream"] as const) {
			const { outcome } = await overTwo(refusing(429), method, { provider });
			expect(doneValue(outcome)).toMatchObject({ text: "from the second" });
		}
	});

	test("is asked when a route's secret is not there, or its address may not be asked", async () => {
		await using whole = await startProvider(saying("x"));
		for (const first of [{ secret: "missing" }, { baseUrl: "http://127.0.0.1:9/v1" }, { baseUrl: "http://example.com/v1" }]) {
			const developmentHosts = [new URL(whole.origin).host];
			expect(codeOf(await complete([routeTo(whole, first), routeTo(whole)], PROMPT, { developmentHosts }))).toBe("done");
		}
	});

	test.each([
		["400: it would be asked the same", refusing(400), "upstream_failed"],
		["422", refusing(422), "upstream_failed"],
		["an answer that is no JSON", sending("text/html", "<html>"), "upstream_failed"],
		["an answer that breaks off", breaking("application/json", '{"id":"c1","choices":['), "upstream_failed"],
		["an answer that stops in the middle", stalling("application/json", '{"id":'), "upstream_timeout"],
	] satisfies [string, Reply, string][])("is not asked after %s", async (_, reply, code) => {
		const { outcome, second } = await overTwo(reply, "complete");
		expect([codeOf(outcome), second]).toEqual([code, 0]);
	});

	test.each([
		["breaks off", breaking(EVENTS, part("to")), "upstream_failed"],
		["ends without a word of its end", sending(EVENTS, part("to")), "upstream_failed"],
		["goes on as garbage", sending(EVENTS, `${part("to")}data: {"cho\n\n`), "upstream_failed"],
	] satisfies [string, Reply, string][])("is never asked once a token came of a stream that %s", async (_, reply, code) => {
		const { outcome, second } = await overTwo(reply, "stream");
		expect([codeOf(outcome), second]).toEqual([code, 0]);
		expect(outcome.emitted).toEqual([{ text: "to" }]);
		expect(outcome.cost.tokens).toBeGreaterThan(50);
	});

	test.each([
		["an error in its first event", sending(EVENTS, 'data: {"error":{"message":"overloaded","type":"overloaded_error"}}\n\n')],
		["no token in its time, though comments come", stalling(EVENTS, ": ping\n\n")],
		["an end before any token", breaking(EVENTS, ": ping\n\n")],
		["another type", sending("application/json", "{}")],
	] satisfies [string, Reply][])("is asked after a stream with %s", async (_, reply) => {
		const { outcome } = await overTwo(reply, "stream");
		expect(doneValue(outcome)).toMatchObject({ text: "from the second" });
		expect(outcome.emitted).toEqual([{ text: "from the second" }]);
	});
});

describe("a call that no route answers", () => {
	test("says that all failed and how, in words of our own", async () => {
		await using limited = await startProvider(refusing(429));
		await using late = await startProvider(silent);
		const routes = [routeTo(limited), routeTo(late, SOON), routeTo(limited, { secret: "missing" })];
		expect(failureOf(await complete(routes, PROMPT))).toBe(
			"upstream_failed: complete: all 3 routes of the model failed: rate limited, timed out, without its secret",
		);
		expect(failureOf(await complete([routeTo(late, SOON)], PROMPT))).toBe("upstream_timeout: complete: the model failed: timed out");
		expect(codeOf(await complete([routeTo(limited, { secret: "missing" })], PROMPT))).toBe("secret_unavailable");
	});

	test("tells an address that is not open from a provider that refused", async () => {
		await using closed = await startProvider(refusing(401));
		const said = async (parts: object) => failureOf(await complete([routeTo(closed)], PROMPT, parts));
		expect(await said({ developmentHosts: [] })).toBe(
			"upstream_failed: complete: the model failed: its address is not one that may be reached",
		);
		expect(closed.seen).toEqual([]);
		expect(await said({})).toBe("upstream_failed: complete: the model failed: refused");
	});

	test("costs nothing but bytes where no token was made, and the worst where one may have been", async () => {
		await using limited = await startProvider(refusing(429));
		await using late = await startProvider(silent);
		const { cost } = await complete([routeTo(limited)], PROMPT);
		expect(cost).toMatchObject({ tokens: 0, usdMicros: 0 });
		expect(cost.egressBytes).toBeGreaterThan(0);
		const input = 2 + LIMITS.inputOverheadTokens.message + LIMITS.inputOverheadTokens.request;
		expect((await complete([routeTo(late, SOON)], PROMPT)).cost).toMatchObject({ tokens: input + 50, usdMicros: input * 3 + 50 * 15 });
	});

	test("ends with its own time, whatever the routes' is, and with the run", async () => {
		await using late = await startProvider(silent);
		const grant = grantOf({ limits: { timeoutMs: 200 } });
		expect(codeOf(await complete([routeTo(late), routeTo(late)], PROMPT, { grant }))).toBe("upstream_timeout");
		expect(late.seen).toHaveLength(1);
		const run = new AbortController();
		const asked = complete([routeTo(late)], PROMPT, { signal: run.signal });
		run.abort();
		expect(codeOf(await asked)).toBe("upstream_timeout");
	});
});

describe("what is held", () => {
	const worst = (routes: readonly unknown[], request: unknown, grant = grantOf()) =>
		prepared(grant, "complete", [request], models({ fast: routes })).worstCost;
	const route = routeTo({ origin: "https://example.com" });
	const overhead = LIMITS.inputOverheadTokens.message + LIMITS.inputOverheadTokens.request;

	test("is every byte of the text as a token and maxTokens, at each route's price", () => {
		const tokens = 4 + overhead + 100;
		expect(worst([route], { prompt: "🔑", maxTokens: 100 })).toMatchObject({ tokens, usdMicros: (4 + overhead) * 3 + 100 * 15 });
		expect(worst([route, { ...route, usdMicrosPerMillionOutput: 0 }], { prompt: "🔑", maxTokens: 100 })).toMatchObject({
			tokens: 2 * tokens,
			usdMicros: 2 * (4 + overhead) * 3 + 100 * 15,
		});
	});

	test("has the default of maxTokens, or the grant's ceiling when that is lower", () => {
		expect(worst([route], { prompt: "x" }).tokens).toBe(1 + overhead + LIMITS.maxTokens.default);
		expect(worst([route], { prompt: "x" }, grantOf({ maxTokens: 10 })).tokens).toBe(1 + overhead + 10);
	});

	test("is never passed by what a provider says it used", async () => {
		for (const usage of [
			{ input: 1e15, output: 1e15 },
			{ input: -5, output: 1 },
			{ input: "7", output: {} },
			{ input: 0.5, output: 1 },
			null,
		]) {
			await using upstream = await startProvider({ parts: ["x"], usage });
			for (const method of ["complete", "stream"] as const) {
				const { cost } = await complete([routeTo(upstream)], PROMPT, { method });
				expect(cost.tokens, JSON.stringify(usage)).toBe(2 + overhead + 50);
			}
		}
	});

	test("is charged and called an estimate when the provider does not count", async () => {
		await using upstream = await startProvider({ parts: ["x"], usage: null });
		for (const method of ["complete", "stream"] as const)
			expect(doneValue(await complete([routeTo(upstream)], PROMPT, { method }))).toMatchObject({
				usage: { inputTokens: 2 + overhead, outputTokens: 50, estimated: true },
			});
	});
});
