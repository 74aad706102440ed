import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Budget, BudgetShortage, TenantBudget } from "../../contract/budgets.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Model } from "../../contract/models.ts";
import { Run } from "../../contract/runs.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import type { Upstream as Provider } from "../node/verbs/upstream.ts";
import { breaking, startProvider } from "../providers/start-provider.ts";
import { runToEnd } from "./run-to-end.ts";
import { errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

let platform: Platform;
let upstream: Upstream;
let uncounted: Provider;
let broken: Provider;

beforeAll(async () => {
	const first = 'data: {"id":"c1","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"and then"}}]}\n\n';
	[upstream, uncounted, broken] = await Promise.all([
		startUpstream(),
		startProvider({ parts: ["no ", "count"], usage: null }),
		startProvider(breaking("text/event-stream", first)),
	]);
	platform = await startPlatform([upstream.host, `127.0.0.1:${uncounted.port}`, `127.0.0.1:${broken.port}`]);
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([upstream.close(), uncounted[Symbol.asyncDispose](), broken[Symbol.asyncDispose]()]);
});

const web = () => ({
	policy: {
		grants: { web: { verb: "http.fetch", allow: [{ host: upstream.host, scheme: "http", methods: ["GET"] }] } },
		limits: { calls: 1_000, wallMs: 100_000, cpuMs: 10_000 },
	},
});
const Outcomes = z.array(z.union([z.literal("done"), z.tuple([z.string(), BudgetShortage])]));

/** Makes calls at once, and says what became of each. */
const crowd = (path: string, calls: number): string => `export default async (input, { web }) => {
	const one = async (n) => {
		try { await web.fetch("http://${upstream.host}${path}" + n); return "done"; } catch (error) { return [error.code, error.details]; }
	};
	return Promise.all(Array.from({ length: ${calls} }, (_, n) => one(n)));
};`;
const outcomesOf = (runs: readonly Run[]) => runs.flatMap(({ result }) => Outcomes.parse(result));
const seen = (path: string): number => upstream.arrived.filter(({ url }) => url.startsWith(path)).length;
const budgetOf = (api: ApiClient, agent: string) => api.expect(200, Budget, "GET", `/v1/agents/${agent}/budget`);

describe("calls that race for a budget", () => {
	test("a thousand of four runs for a hundred: the upstream sees a hundred, each other one is told what is left and when it resets", async () => {
		const { id, name } = await makeAgent(platform.api, { name: "crowded", ...web(), budget: { limits: { day: { calls: 100 } } } });
		const runs = await Promise.all([1, 2, 3, 4].map((n) => runToEnd(platform.api, { agent: name, program: crowd(`/crowded/${n}/`, 250) })));
		expect(runs.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded", "succeeded"]);
		const outcomes = outcomesOf(runs);
		expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(100);
		expect(seen("/crowded/")).toBe(100);
		const { windows } = await budgetOf(platform.api, id);
		const { resetsAtMs } = windows.day;
		expect(windows.day).toMatchObject({ settled: { calls: 100 }, held: { calls: 0 }, left: { calls: 0 } });
		const wanted = { level: "agent", window: "day", dimension: "calls", limit: 100, left: 0, wanted: 1, resetsAtMs };
		expect(outcomes.filter((outcome) => outcome !== "done")).toEqual(Array.from({ length: 900 }, () => ["budget_exceeded", wanted]));
	});

	test("those of five agents for fifty of their tenant: the upstream sees fifty, and the tenant has none left", async () => {
		const { api } = await platform.tenant("racing-agents");
		await api.expect(200, TenantBudget, "PUT", "/v1/budget", { limits: { month: { calls: 50 } }, timeZone: "Europe/Berlin" });
		const agents = await Promise.all([1, 2, 3, 4, 5].map((n) => makeAgent(api, { name: `racer-${n}`, ...web() })));
		const runs = await Promise.all(agents.map(({ name }) => runToEnd(api, { agent: name, program: crowd(`/tenant/${name}/`, 60) })));
		const outcomes = outcomesOf(runs);
		expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(50);
		expect(seen("/tenant/")).toBe(50);
		for (const outcome of outcomes) {
			if (outcome === "done") continue;
			expect(outcome).toMatchObject(["budget_exceeded", { level: "tenant", window: "month", dimension: "calls", limit: 50, left: 0 }]);
		}
		expect((await api.expect(200, TenantBudget, "GET", "/v1/budget")).windows.month.left).toEqual({ calls: 0 });
	});
});

describe("a program that meets its budget", () => {
	test("and does not handle it ends budget_exceeded, with the line that made the call", async () => {
		const { name } = await makeAgent(platform.api, { name: "careless", ...web(), budget: { limits: { day: { calls: 1 } } } });
		const program = `export default async (input, { web }) => {\n\tawait web.fetch("http://${upstream.host}/a");\n\tawait web.fetch("http://${upstream.host}/b");\n};`;
		const run = await platform.api.run({ agent: name, program });
		expect(run).toMatchObject({ status: "budget_exceeded", error: { code: "budget_exceeded", line: 3 } });
		expect(run.error?.message).toContain("0 calls left of the agent's day limit of 1");
		expect(run.usage.calls).toBe(1);
	});

	test("and catches it goes on with what it is told, and does the same when it is replayed", async () => {
		const { id, name } = await makeAgent(platform.api, { name: "careful", ...web(), budget: { limits: { month: { calls: 2 } } } });
		const program = `export default async (input, { web }) => {
			const pages = [];
			for (;;) {
				try { pages.push((await web.fetch("http://${upstream.host}/page")).status); } catch (error) {
					if (error.code !== "budget_exceeded") throw error;
					const { level, limit, left, resetsAtMs } = error.details;
					return { pages, level, limit, left, resetsAtMs };
				}
			}
		};`;
		const run = await platform.api.run({ agent: name, program });
		const { resetsAtMs } = (await budgetOf(platform.api, id)).windows.month;
		expect(run).toMatchObject({ status: "succeeded", result: { pages: [200, 200], level: "agent", limit: 2, left: 0, resetsAtMs } });
		const replay = await platform.api.request("POST", `/v1/runs/${run.id}/replay`, {});
		expect(replay.body).toMatchObject({ verdict: "identical", run: { result: run.result } });
	});

	test("is refused before it runs, where not even its run fits: with whose limit it is, in the answer", async () => {
		const { name } = await makeAgent(platform.api, { name: "poor", ...web(), budget: { limits: { lifetime: { runs: 0 } } } });
		const refused = await platform.api.request("POST", "/v1/runs", { agent: name, program: "export default () => 1;" });
		expect(refused.status).toBe(402);
		const shortage = { level: "agent", window: "lifetime", dimension: "runs", limit: 0, left: 0, wanted: 1, resetsAtMs: null };
		expect(errorOf(refused)).toMatchObject({ code: "budget_exceeded", shortage });
	});
});

describe("a model that does not say what it used", () => {
	const agentOf = async (name: string, { port }: Provider) => {
		const { api } = platform;
		await api.request("PUT", "/v1/secrets/model_key", { value: "sk-not-a-real-key-of-anybody" });
		const prices = { usdMicrosPerMillionInput: 3_000_000, usdMicrosPerMillionOutput: 15_000_000 };
		const route = { provider: "openai-compatible", model: "m", secret: "model_key", baseUrl: `http://127.0.0.1:${port}/v1`, ...prices };
		await api.expect(200, Model, "PUT", `/v1/models/${name}`, { routes: [route] });
		const grants = { llm: { verb: "ai.complete", models: [name] } };
		return makeAgent(api, { name, policy: { grants }, budget: { limits: { day: { tokens: 100_000 } } } });
	};
	const streamed = `export default async (input, { llm }) => {
		let text = "";
		try { for await (const part of llm.stream({ prompt: "hello", maxTokens: 50 })) text += typeof part === "string" ? part : part.text ?? ""; } catch (error) { return error.code; }
		return text;
	};`;

	test.each([
		["a stream that ends without a word of it", "uncounted", () => uncounted],
		["a stream that breaks", "broken", () => broken],
	])("is charged the most that it may have been: %s", async (_what, name, provider) => {
		const { id } = await agentOf(name, provider());
		const run = await platform.api.run({ agent: name, program: streamed });
		expect(run.status).toBe("succeeded");
		const { day } = (await budgetOf(platform.api, id)).windows;
		expect(run.usage.tokens).toBeGreaterThan(50);
		expect(day.settled.tokens).toBe(run.usage.tokens);
		expect(day.held.tokens).toBe(0);
		expect(day.left.tokens).toBe(100_000 - run.usage.tokens);
		expect(run.usage.usdMicros).toBeGreaterThanOrEqual(50 * 15);
	});
});

describe("runs at once", () => {
	test("past the agent's limit are refused with what is live; the next is let in when one has ended", async () => {
		const { id, name } = await makeAgent(platform.api, { name: "single", ...web(), budget: { limits: { liveRuns: 1 } } });
		const wait = `export default async () => { await new Promise((resolve) => setTimeout(resolve, 100_000)); };`;
		const first = await platform.api.run({ agent: name, program: wait, wait: 0 });
		expect((await budgetOf(platform.api, id)).liveRuns).toEqual({ limit: 1, live: 1, left: 0 });
		const refused = await platform.api.request("POST", "/v1/runs", { agent: name, program: "export default () => 1;" });
		expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
		expect(errorOf(refused)).toMatchObject({
			code: "concurrency_exceeded",
			message: expect.stringContaining("1 runs of the agent are live, where there may be 1 at once"),
			shortage: { level: "agent", dimension: "liveRuns", limit: 1, left: 0 },
		});
		await platform.api.expect(200, Run, "POST", `/v1/runs/${first.id}/cancel`);
		const after = await pollUntil(
			() => platform.api.request("POST", "/v1/runs", { agent: name, program: "export default () => 1;" }),
			({ status }) => status === 201,
			// Before the end of its lease would give the place back.
			LIMITS.leaseMs - 2_000,
		);
		expect(after.status).toBe(201);
	});
});
