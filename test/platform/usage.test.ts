import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Model } from "../../contract/models.ts";
import { Prices } from "../../contract/prices.ts";
import { Call, type Run, RunSummary, type Usage } from "../../contract/runs.ts";
import { USAGE_KEYS, UsageReport, type UsageRow } from "../../contract/usage.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import type { Upstream } from "../node/verbs/upstream.ts";
import { saying, startProvider } from "../providers/start-provider.ts";
import { executorsIn, killNow, until } from "./fault-processes.ts";
import { allPages, makeAgent, type Platform, startPlatform } from "./start-platform.ts";

/** Prices at which nothing is free and hardly anything is round. */
const PRICES = {
	runNanos: 1_234_567,
	cpuSecondNanos: 7_777_777,
	egressGibNanos: 999_999_999_999,
	verbs: { state: { callNanos: 333 }, "ai.complete": { callNanos: 1_000, kiloTokenNanos: 123_456 }, "http.fetch": { callNanos: 1_500 } },
};

let platform: Platform;
let speaking: Upstream;
let holding: Upstream;
let api: ApiClient;
let tenantId: string;
const arrived = Promise.withResolvers<void>();
const mayAnswer = Promise.withResolvers<void>();

beforeAll(async () => {
	speaking = await startProvider(saying("one ", "two"));
	holding = await startProvider((response) => {
		arrived.resolve();
		void mayAnswer.promise.then(() => response.writeHead(500).end());
	});
	platform = await startPlatform([speaking, holding].map(({ port }) => `127.0.0.1:${port}`));
	const tenant = await platform.tenant("spender");
	api = tenant.api;
	tenantId = tenant.id;
	await platform.operator.expect(200, Prices, "PUT", `/v1/tenants/${tenantId}/prices`, PRICES);
	await api.request("PUT", "/v1/secrets/model_key", { value: "sk-of-the-test-of-usage" });
	for (const [name, { origin }] of Object.entries({ quick: speaking, held: holding })) {
		const prices = { usdMicrosPerMillionInput: 3_333_333, usdMicrosPerMillionOutput: 15_000_001 };
		const route = { provider: "openai-compatible", model: "m-1", secret: "model_key", baseUrl: `${origin}/v1`, ...prices };
		await api.expect(200, Model, "PUT", `/v1/models/${name}`, { routes: [route] });
	}
	const grants = {
		memory: { verb: "state" },
		disk: { verb: "files", mounts: { "/workspace/output": "write" } },
		web: { verb: "http.fetch", allow: [{ host: `127.0.0.1:${speaking.port}`, scheme: "http", methods: ["GET", "POST"] }] },
		llm: { verb: "ai.complete", models: ["quick", "held"] },
	};
	const kid = {
		verb: "agent.run",
		agent: "self",
		budget: { calls: 5, cpuMs: 2_000, wallMs: 20_000, usdMicros: 100_000 },
		grants: ["memory"],
	};
	await makeAgent(api, { name: "parent", policy: { grants: { memory: grants.memory, kid }, limits: { wallMs: 60_000, cpuMs: 10_000 } } });
	const flow = { "private+untrusted -> external": "allow" } as const;
	for (const name of ["first", "second"])
		await makeAgent(api, { name, policy: { grants, flow, limits: { wallMs: 60_000, cpuMs: 10_000 } } });
});
afterAll(async () => {
	await platform.stop();
	await Promise.all([speaking, holding].map((upstream) => upstream[Symbol.asyncDispose]()));
});

const PROGRAM = `export default async ({ origin, model }, { memory, disk, web, llm }) => {
	await memory.put("k", 1);
	await disk.writeText("/workspace/output/a.txt", "text");
	await (await web.fetch(origin + "/somewhere")).text();
	await web.fetch("https://example.com/").catch(() => null);
	const said = await llm.complete({ prompt: "Count", model }).catch(({ code }) => code);
	await memory.get("k");
	return said.text ?? said;
}`;
const PARENT = `export default async (input, { memory, kid }) => {
	await memory.put("k", 1);
	const program = "export default async (input, { memory }) => { await memory.get('k'); await memory.put('k', 2); return 'grown'; }";
	return (await kid.run({ program, grants: ["memory"] })).result;
}`;
const start = (agent: string, model: string, more: object = {}): Promise<Run> =>
	api.run({ agent, program: PROGRAM, input: { origin: speaking.origin, model }, ...more });

const DIMENSIONS = ["calls", "cpuMs", "wallMs", "tokens", "egressBytes", "usdMicros"] as const;
type Sums = Record<(typeof DIMENSIONS)[number], number>;
const sum = (items: readonly Partial<Usage>[]): Sums => {
	const of = (dimension: keyof Sums): number => items.reduce((all, item) => all + (item[dimension] ?? 0), 0);
	return {
		calls: of("calls"),
		cpuMs: of("cpuMs"),
		wallMs: of("wallMs"),
		tokens: of("tokens"),
		egressBytes: of("egressBytes"),
		usdMicros: of("usdMicros"),
	};
};
const report = (groupBy: string): Promise<UsageReport> => api.expect(200, UsageReport, "GET", `/v1/usage?groupBy=${groupBy}`);
const sumsOf = (row: UsageRow | UsageReport["total"]): Sums => sum([row]);

describe("usage of real runs", () => {
	test("is the sum of the ledger to the micro by whatever it is grouped, also when an executor died in the middle", {
		timeout: 180_000,
	}, async () => {
		const held = await start("second", "held", { wait: 0 });
		await arrived.promise;
		for (const executor of executorsIn(process.pid)) killNow(executor);
		mayAnswer.resolve();
		const ended = await until("the run whose executor died to end", 90_000, async () => {
			const run = await api.expect(200, RunSummary.strip(), "GET", `/v1/runs/${held.id}`);
			return run.endedAtMs === null ? null : run;
		});
		expect(ended.attempt).toBeGreaterThan(1);
		const others = [
			await start("first", "quick"),
			await start("second", "quick"),
			await start("first", "quick", { dryRun: true }),
			await api.run({ agent: "first", program: "export default async () => { throw new Error('no'); }" }),
			await api.run({ agent: "first", program: "export default async () => { for (;;); }", limits: { cpuMs: 300, wallMs: 5_000 } }),
		];
		const parent = await api.run({ agent: "parent", program: PARENT });
		expect(parent).toMatchObject({ status: "succeeded", result: "grown" });
		others.push(parent);
		const ids = new Set([held.id, ...others.map(({ id }) => id)]);

		// Copies arrive a moment after the answers.
		const runs = await until("every run in the list, ended", 30_000, async () => {
			const listed = await allPages(api, "/v1/runs", RunSummary, 100);
			const known = listed.filter(({ id }) => ids.has(id)).length;
			return known === ids.size && listed.every(({ endedAtMs }) => endedAtMs !== null) ? listed : null;
		});
		expect(runs.filter(({ parent: of }) => of?.run === parent.id)).toHaveLength(1);
		const calls = (
			await Promise.all(
				runs.map(async (run) =>
					(await allPages(api, `/v1/runs/${run.id}/calls`, Call, 100)).map((call) => ({ ...call, agent: run.agent })),
				),
			)
		)
			.flat()
			.filter(({ status }) => status !== "planned");
		expect(new Set(calls.map(({ verb }) => verb))).toEqual(new Set(["state", "files", "http.fetch", "ai.complete", "agent.run"]));
		expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(["done", "failed", "denied"]));
		for (const { verb, model } of calls) expect(model === null).toBe(verb !== "ai.complete");

		const ledger = sum(runs.map(({ usage }) => usage));
		expect(ledger.usdMicros).toBeGreaterThan(0);
		for (const groupBy of USAGE_KEYS.flatMap((one) => [one, ...USAGE_KEYS.filter((key) => key !== one).map((key) => `${one},${key}`)])) {
			const { rows, total } = await report(groupBy);
			expect({ groupBy, ...total }).toEqual({ groupBy, runs: runs.length, ...ledger });
			expect(sum(rows)).toEqual(ledger);
		}

		// Each run's own part is what its calls leave of its usage.
		const own = runs.map(({ id, usage }) => {
			const ofCalls = sum(calls.filter(({ run }) => run === id).map(({ cost }) => cost));
			return Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, usage[dimension] - ofCalls[dimension]]));
		});
		for (const { rows, groupBy } of [await report("verb"), await report("model")]) {
			const [key] = groupBy;
			if (key !== "verb" && key !== "model") throw new Error("the report is by what was asked for");
			for (const row of rows) {
				const ofCalls = calls.filter((call) => (call[key] ?? null) === row[key]).map(({ cost }) => cost);
				expect({ [key]: row[key], ...sumsOf(row) }).toEqual({
					[key]: row[key],
					...sum(row[key] === null ? [...own, ...ofCalls] : ofCalls),
				});
			}
		}
		const agents = await report("agent");
		expect(agents.rows.map(({ agentName }) => agentName).sort()).toEqual(["first", "parent", "second"]);
		for (const row of agents.rows)
			expect(sumsOf(row)).toEqual(sum(runs.filter(({ agent }) => agent === row.agent).map(({ usage }) => usage)));

		const csv = await api.request("GET", "/v1/usage?groupBy=model&format=csv");
		const { rows } = await report("model");
		const lines = rows.map((row) => [row.model ?? "", row.runs, ...DIMENSIONS.map((dimension) => row[dimension])].join(","));
		expect(csv.body).toBe(["model,runs,calls,cpuMs,wallMs,tokens,egressBytes,usdMicros", ...lines, ""].join("\r\n"));
	});
});
