import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Budget } from "../../contract/budgets.ts";
import { LIMITS } from "../../contract/limits.ts";
import { Call, Run } from "../../contract/runs.ts";
import { type HostileProvider, LIES, startHostileProvider } from "./hostile-provider.ts";
import { runToEnd } from "./run-to-end.ts";
import { allPages, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";

let platform: Platform;
let provider: HostileProvider;

beforeAll(async () => {
	provider = await startHostileProvider();
	platform = await startPlatform([`127.0.0.1:${provider.port}`]);
	await platform.api.request("PUT", "/v1/secrets/model_key", { value: "sk-hostile-verbs-0123456789" });
	const manners = {
		endless: "endless",
		stalling: "stalling",
		silent: "silent",
		...Object.fromEntries(LIES.map((_, index) => [`lie${index}`, `lying-${index}`])),
	};
	for (const [name, model] of Object.entries(manners)) {
		// Longer than any test waits: it is not the route's time that ends a call.
		const far = { baseUrl: `${provider.origin}/v1`, timeoutMs: LIMITS.modelMs.max };
		const route = { provider: "openai-compatible", model, secret: "model_key", ...far };
		const prices = { usdMicrosPerMillionInput: 1_000_000, usdMicrosPerMillionOutput: 1_000_000 };
		const put = await platform.api.request("PUT", `/v1/models/${name}`, { routes: [{ ...route, ...prices }] });
		expect(put.status).toBe(200);
	}
});
afterAll(async () => {
	await platform.stop();
	await provider[Symbol.asyncDispose]();
});

const agent = (name: string, models: string[], parts: object = {}, budget: object = {}) =>
	makeAgent(platform.api, {
		name,
		policy: {
			grants: { llm: { verb: "ai.complete", models }, state: { verb: "state", prefix: "p/", mode: "write" } },
			limits: { wallMs: 60_000, cpuMs: 5_000 },
			...parts,
		},
		...budget,
	});
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const callsOf = (run: string) => allPages(platform.api, `/v1/runs/${run}/calls`, Call, 200);
const budgetOf = (agentId: string) => platform.api.expect(200, Budget, "GET", `/v1/agents/${agentId}/budget`);
const heldOf = (budget: Budget): number[] => Object.values(budget.windows.lifetime.held);
const NOTHING = [0, 0, 0, 0, 0, 0, 0];
/** How many requests the provider has open, once it is none or some seconds are over. */
const untilDropped = () =>
	pollUntil(
		async () => provider.open(),
		(open) => open === 0,
	);
/** The statuses that small requests get while something else goes on. */
const answersBeside = async (until: Promise<unknown>): Promise<number[]> => {
	let isOver = false;
	const over = until.finally(() => {
		isOver = true;
	});
	const statuses = new Set<number>();
	while (!isOver) statuses.add((await platform.api.request("GET", "/v1/models/endless")).status);
	await over;
	return [...statuses];
};

describe("a run that ends in the middle of a stream", () => {
	test.for([
		["cancelled while the provider is silent", "silent"],
		["cancelled while the provider stalls after a token", "stalling"],
		["cancelled while the provider sends for ever", "endless"],
	] as const)("%s drops the provider and leaves nothing open or held", async ([, model]) => {
		const { id } = await agent(`cancel-${model}`, [model]);
		const before = provider.seen.length;
		const run = await platform.api.run({
			agent: id,
			program: program(
				`const stream = env.llm.stream({ prompt: "x", maxTokens: 100 }); for await (const part of stream) await env.state.put("seen", 1); await stream.result;`,
			),
			wait: 0,
		});
		// One that sends for ever may have been left already, for having sent too much.
		const asked = await pollUntil(
			async () => provider.seen.length,
			(count) => count > before,
		);
		expect(asked).toBe(before + 1);
		await platform.api.expect(200, Run, "POST", `/v1/runs/${run.id}/cancel`);
		expect(await untilDropped()).toBe(0);
		const calls = await pollUntil(
			() => callsOf(run.id),
			(each) => each.every(({ status }) => status !== "started"),
		);
		expect(calls.filter(({ status }) => status === "started")).toEqual([]);
		expect(
			heldOf(
				await pollUntil(
					() => budgetOf(id),
					(budget) => heldOf(budget).every((held) => held === 0),
				),
			),
		).toEqual(NOTHING);
	});

	test("by returning without having read one drops the provider", async () => {
		const { id } = await agent("leaver", ["endless", "silent", "stalling"]);
		const run = await platform.api.run({
			agent: id,
			program: program(
				`for (const model of ["endless", "stalling", "silent"]) env.llm.stream({ prompt: "x", model, maxTokens: 100 }); await env.state.put("a", 1); return "left";`,
			),
		});
		expect([run.status, run.result]).toEqual(["succeeded", "left"]);
		expect(await untilDropped()).toBe(0);
		expect((await callsOf(run.id)).filter(({ status }) => status === "started")).toEqual([]);
		expect(heldOf(await budgetOf(id))).toEqual(NOTHING);
	});
});

describe("many streams at once", () => {
	test("that nobody reads, read slowly, or are left again and again are not noticed by a neighbour", async () => {
		const { id } = await agent("hoarder", ["endless"], { limits: { wallMs: 100_000, cpuMs: 10_000, calls: 1_000 } });
		const running = runToEnd(platform.api, {
			agent: id,
			program: program(`
				const hoard = Array.from({ length: 30 }, () => env.llm.stream({ prompt: "x", maxTokens: 60_000 }));
				const slow = hoard[0][Symbol.asyncIterator]();
				await slow.next();
				let left = 0;
				for (let i = 0; i < 15; i += 1) {
					const iterator = env.llm.stream({ prompt: "x", maxTokens: 100 })[Symbol.asyncIterator]();
					await iterator.next();
					await Promise.all(Array.from({ length: 50 }, () => iterator.return()));
					left += 1;
				}
				return left;`),
		});
		expect(await answersBeside(running)).toEqual([200]);
		const run = await running;
		expect([run.status, run.result]).toEqual(["succeeded", 15]);
		expect(await untilDropped()).toBe(0);
		expect(heldOf(await budgetOf(id))).toEqual(NOTHING);
	});
});

describe("a budget", () => {
	const ASK = `env.llm.complete({ prompt: "x", maxTokens: 100 }).then(() => "done", (e) => e.code)`;
	test("for three is not overspent by twenty calls at once, by tokens or by money", async () => {
		for (const limit of ["tokens", "usdMicros"]) {
			const { id } = await agent(`three-${limit}`, ["lie0"]);
			// One call is held as 1 byte, 16 and 64 tokens around it, and 100 of answer; the provider counts nothing, so all of it is charged.
			await platform.api.expect(200, Budget, "PUT", `/v1/agents/${id}/budget`, {
				limits: { lifetime: { [limit]: limit === "tokens" ? 3 * 181 : 10_000 } },
			});
			const run = await platform.api.run({ agent: id, program: program(`return Promise.all(Array.from({ length: 20 }, () => ${ASK}));`) });
			const { lifetime } = (await budgetOf(id)).windows;
			const allowed = limit === "tokens" ? lifetime.limits.tokens : lifetime.limits.usdMicros;
			expect(limit === "tokens" ? lifetime.settled.tokens : lifetime.settled.usdMicros).toBeLessThanOrEqual(allowed ?? 0);
			expect([run.status, limit === "tokens" ? run.result : []]).toEqual([
				"succeeded",
				limit === "tokens" ? expect.arrayContaining(["done", "budget_exceeded"]) : [],
			]);
			if (limit === "tokens") expect(JSON.stringify(run.result).match(/done/g)).toHaveLength(3);
			expect(lifetime.held.tokens).toBe(0);
		}
	});

	test("is charged something from nothing to what was held, whatever the provider says that it used", async () => {
		const { id } = await agent(
			"lied-to",
			LIES.map((_, index) => `lie${index}`),
			{ limits: { wallMs: 60_000, cpuMs: 5_000 } },
		);
		const run = await platform.api.run({
			agent: id,
			program: program(`const all = []; for (const model of ${JSON.stringify(LIES.map((_, index) => `lie${index}`))})
				all.push(await env.llm.complete({ prompt: "x", model, maxTokens: 100 }).then((a) => a.usage, (e) => [e.code, e.message])); return all;`),
		});
		expect(run.status).toBe("succeeded");
		for (const { cost } of await callsOf(run.id)) {
			expect(cost.tokens).toBeGreaterThan(0);
			expect(cost.tokens).toBeLessThanOrEqual(181);
		}
		expect(run.usage.tokens).toBeLessThanOrEqual(4 * 181);
		expect(JSON.stringify(run.result)).not.toMatch(/1e\+308|-5|-7/);
	});

	test("of tokens in a run, and of calls in a minute, hold under calls at once", async () => {
		const { id } = await makeAgent(platform.api, {
			name: "per-run",
			policy: {
				grants: {
					llm: { verb: "ai.complete", models: ["lie0"], limits: { tokens: 2 * 181 } },
					state: { verb: "state", prefix: "p/", mode: "write", limits: { callsPerMinute: 5 } },
				},
			},
		});
		const run = await platform.api.run({
			agent: id,
			program: program(`return [await Promise.all(Array.from({ length: 20 }, () => ${ASK})),
				await Promise.all(Array.from({ length: 25 }, (_, i) => env.state.put("k" + i, 1).then(() => "done", (e) => e.code)))]`),
		});
		expect(run.status).toBe("succeeded");
		const count = (text: string) => (JSON.stringify(run.result).match(new RegExp(text, "g")) ?? []).length;
		expect([count("budget_exceeded"), run.usage.tokens]).toEqual([18, 2 * 181]);
		// The minute may have turned once in between.
		expect([20, 15]).toContain(count("rate_limited"));
	});
});
