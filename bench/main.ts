/**
 * What Cordon costs, measured in one run on one machine. Absolute times drift on a shared machine; the ratios are taken side by side and are what to quote.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../contract/agents.ts";
import { type ApiClient, type CreateRunInput, createApiClient } from "../scripts/support/api-client.ts";
import { startCordon } from "../supervisor/start-cordon.ts";
import { startBareLoader } from "./bare-loader.ts";
import { measureKillSwitches } from "./kill-switch.ts";
import { startLoopbackUpstream } from "./loopback-upstream.ts";
import { measureBudgets } from "./budgets.ts";
import { measureVerbs } from "./measure-verbs.ts";
import { measureParked } from "./parked.ts";
import { residentTreeMb } from "./resident-memory.ts";
import { load, percentile, show, timed } from "./statistics.ts";
import { measureWalls } from "./walls.ts";
import { measureWarm } from "./warm.ts";
import { measureWebhooks } from "./webhooks.ts";

const PROGRAM = "export default async (input, env) => { let sum = 0; for (let i = 0; i < 1000; i += 1) sum += i; return { sum }; };";
const BOMB = "export default async () => { while (true) {} };";
const quick = process.argv.includes("--quick");
const scale = (count: number): number => (quick ? Math.max(10, Math.floor(count / 10)) : count);

const run = async (api: ApiClient, request: CreateRunInput, wanted: string): Promise<void> => {
	const ended = await api.run(request);
	if (ended.status !== wanted) throw new Error(`Measuring: a run ended ${ended.status} ${JSON.stringify(ended.error)}, wanted ${wanted}`);
};

/** The same program bare and through everything, in turn, so that the machine's drift hits both. */
const compareWithBare = async (api: ApiClient): Promise<void> => {
	const bare = await startBareLoader(PROGRAM, 18_787);
	try {
		const good = (): Promise<void> => run(api, { agent: "plain", program: PROGRAM, language: "javascript" }, "succeeded");
		const unique = (index: number): Promise<void> =>
			run(api, { agent: "plain", program: `${PROGRAM}// ${index} ${Math.random()}`, language: "javascript" }, "succeeded");
		for (let index = 0; index < 30; index += 1) await Promise.all([bare.run(), good()]);
		const times: Record<"bare" | "full" | "unique", number[]> = { bare: [], full: [], unique: [] };
		for (let index = 0; index < scale(300); index += 1) {
			times.bare.push(await timed(bare.run));
			times.full.push(await timed(good));
			times.unique.push(await timed(() => unique(index)));
		}
		const p50 = { bare: percentile(times.bare, 0.5), full: percentile(times.full, 0.5), unique: percentile(times.unique, 0.5) };
		console.log(`bare LOADER.load() over HTTP        p50 ${show(p50.bare)} ms   p99 ${show(percentile(times.bare, 0.99))} ms`);
		console.log(
			`full path, fresh isolate            p50 ${show(p50.full)} ms   p99 ${show(percentile(times.full, 0.99))} ms   ratio of p50s ${show(p50.full / p50.bare)} (aim: at most 1.6)`,
		);
		console.log(
			`the same, a new program each time   p50 ${show(p50.unique)} ms   p99 ${show(percentile(times.unique, 0.99))} ms   ratio ${show(p50.unique / p50.bare)} (with the compiler)`,
		);
		for (const clients of [1, 4, 16]) {
			const full = await load(clients, scale(400), good);
			const alone = await load(clients, scale(400), bare.run);
			console.log(
				`${String(clients).padStart(2)} at once: full ${show(full.perSecond)} runs/s, p50 ${show(percentile(full.times, 0.5))}, p99 ${show(percentile(full.times, 0.99))} ms; bare ${show(alone.perSecond)} runs/s, p50 ${show(percentile(alone.times, 0.5))}, p99 ${show(percentile(alone.times, 0.99))} ms`,
			);
		}
	} finally {
		await bare.close();
	}
};

const measureKill = async (api: ApiClient): Promise<void> => {
	const overruns: number[] = [];
	for (let index = 0; index < scale(30); index += 1) {
		const base = await timed(() => run(api, { agent: "plain", program: PROGRAM, language: "javascript" }, "succeeded"));
		const took = await timed(() => run(api, { agent: "plain", program: BOMB, language: "javascript", limits: { cpuMs: 200 } }, "failed"));
		overruns.push(took - 200 - base);
	}
	console.log(
		`while (true) {} past its cpuMs until the answer: p50 ${show(percentile(overruns, 0.5))} ms, p99 ${show(percentile(overruns, 0.99))} ms (aim: 50)`,
	);
};

const measureNeighbours = async (api: ApiClient): Promise<void> => {
	const good = (): Promise<void> => run(api, { agent: "plain", program: PROGRAM, language: "javascript" }, "succeeded");
	const bomb = (): Promise<void> => run(api, { agent: "bomber", program: BOMB, language: "javascript", limits: { cpuMs: 100 } }, "failed");
	const clients = 2;
	const alone = await load(clients, scale(400), good);
	const times: number[] = [];
	await load(clients, scale(400), async (index) => {
		if (index % 5 === 4) await bomb();
		else times.push(await timed(good));
	});
	const ratio = percentile(times, 0.99) / percentile(alone.times, 0.99);
	console.log(
		`good runs alone p99 ${show(percentile(alone.times, 0.99))} ms; while one run in five is a bomb p99 ${show(percentile(times, 0.99))} ms; ratio ${show(ratio)} (aim: at most 2)`,
	);
};

const measureMemory = async (api: ApiClient): Promise<void> => {
	const good = (): Promise<void> => run(api, { agent: "plain", program: PROGRAM, language: "javascript" }, "succeeded");
	await load(4, scale(200), good);
	const before = residentTreeMb();
	await load(4, scale(2_000), good);
	const after = residentTreeMb();
	console.log(
		`resident memory of all processes: ${show(before)} MiB before ${scale(2_000)} runs, ${show(after)} MiB after: grew ${show(after - before)} MiB (aim: at most 50)`,
	);
};

const dataFolder = await mkdtemp(join(tmpdir(), "cordon-bench-"));
const upstream = await startLoopbackUpstream();
const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 4, developmentHosts: [upstream.host] });
try {
	const api = createApiClient(cordon.url, cordon.key);
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "plain", policy: {} });
	await api.expect(201, Agent, "POST", "/v1/agents", { name: "bomber", policy: {} });
	console.log(`Cordon on one machine, ${process.version}, enclosure ${cordon.enclosure.kind}${quick ? ", quick" : ""}`);
	await compareWithBare(api);
	await measureVerbs(api, upstream, scale(40));
	await measureKill(api);
	await measureNeighbours(api);
	await measureMemory(api);
} finally {
	await cordon.stop();
	await upstream.close();
	await rm(dataFolder, { recursive: true, force: true });
}
await measureBudgets(scale(20_000));
await measureKillSwitches(scale(200));
await measureParked(scale(1_000));
await measureWebhooks(scale(5_000));
await measureWarm(scale(300));
await measureWalls(quick ? 0.1 : 1);
