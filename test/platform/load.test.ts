import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { Run } from "../../contract/runs.ts";
import { NewTenant } from "../../contract/tenants.ts";
import { type ApiClient, type CreateRunInput, createApiClient } from "../../scripts/support/api-client.ts";
import { makeFaultAgent, PATIENT, sendRun, spinRun } from "./fault-agents.ts";
import { expectLedgerMatches, expectListAgrees, expectNothingHeld } from "./fault-checks.ts";
import { OPERATOR, type PlatformProcess, startPlatform } from "./fault-platform.ts";
import { executorsIn, killNow } from "./fault-processes.ts";
import { type SeededRandom, startRandom } from "./fault-random.ts";
import { startFaultUpstream } from "./fault-upstream.ts";
import { runEnded } from "./run-to-end.ts";

/** `CORDON_SIMULATION=full` for a thousand. */
const RUNS = Number(process.env["LOAD_RUNS"] ?? (process.env["CORDON_SIMULATION"] === "full" ? 1_000 : 300));
const CLIENTS = 20;
/** About how often an executor dies, milliseconds. */
const KILL_EVERY_MS = 500;
/** How long a run may go on after the last kill: one whose executors died may rest for a minute. */
const REST_MS = 120_000;

interface Planned {
	readonly mark: string;
	readonly request: CreateRunInput;
	/** How the run ends when nobody kills its executor. */
	readonly end: "succeeded" | "cpu_exceeded" | "memory_exceeded" | "never_settled";
}

/** Of ten runs one is a bomb, three write a file and post to the upstream, the others compute a little. */
const planRun = (index: number, upstream: string, random: SeededRandom): Planned => {
	const mark = `run-${index}`;
	const own = { agent: "worker", language: "javascript", limits: PATIENT, metadata: { mark } } as const;
	if (index % 10 === 0) return { mark, ...planBomb(index / 10, random) };
	if (index % 10 < 4) return { mark, request: { ...sendRun(upstream, mark), metadata: { mark } }, end: "succeeded" };
	const program = "export default async (input) => { let sum = 0; for (let i = 0; i < input.n; i += 1) sum += i; return sum; };";
	return { mark, request: { ...own, program, input: { n: random.below(100_000) } }, end: "succeeded" };
};

const planBomb = (index: number, random: SeededRandom): Pick<Planned, "request" | "end"> => {
	const own = { agent: "worker", language: "javascript", limits: PATIENT } as const;
	switch (index % 3) {
		case 0:
			return { request: { ...spinRun(), limits: { ...PATIENT, cpuMs: 60 + random.below(41) } }, end: "cpu_exceeded" };
		case 1: {
			const program = "export default async () => { const kept = []; for (;;) kept.push(new Array(1000).fill({})); };";
			return { request: { ...own, program, limits: { ...PATIENT, memoryMb: 16 } }, end: "memory_exceeded" };
		}
		default:
			return { request: { ...own, program: "export default async () => new Promise(() => {});" }, end: "never_settled" };
	}
};

/** Posts until the platform takes the run, waiting as long as it says when it is too busy; an executor may be killed under the compiler as well. */
const post = async (api: ApiClient, planned: Planned): Promise<Run> => {
	for (;;) {
		const answer = await api.request("POST", "/v1/runs", planned.request);
		if (answer.status === 201 || answer.status === 202) return Run.parse(answer.body);
		expect([429, 503], JSON.stringify(answer.body)).toContain(answer.status);
		await setTimeout(1_000 * Number(answer.headers.get("retry-after") ?? "1"));
	}
};

/** Kills executors at random until told to stop. @returns how many. */
const killExecutors = async (platform: PlatformProcess, random: SeededRandom, stop: AbortSignal): Promise<number> => {
	let killed = 0;
	while (!stop.aborted) {
		await setTimeout(KILL_EVERY_MS / 2 + random.below(KILL_EVERY_MS));
		const executors = executorsIn(platform.pid);
		const victim = executors[random.below(executors.length)];
		if (victim === undefined) continue;
		killNow(victim);
		killed += 1;
	}
	return killed;
};

const endOf = (run: Run): string => (run.status === "failed" ? (run.error?.code ?? "no code") : run.status);

test(`${RUNS} runs of two tenants from ${CLIENTS} clients, one in ten a bomb, while executors are killed at random: each ends right, and the books agree`, async () => {
	const random = startRandom();
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-load-"));
	await using upstream = await startFaultUpstream();
	await using platform = await startPlatform({ dataFolder, port: 0, executors: 4, upstream: upstream.host });
	const operator = createApiClient(platform.url, OPERATOR);
	const other = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name: "other" });
	const tenants = [platform.api, createApiClient(platform.url, other.key.value)];
	for (const api of tenants) await makeFaultAgent(api, upstream.host);

	const begunMs = performance.now();
	const plans = Array.from({ length: RUNS }, (_each, index) => planRun(index, upstream.host, random));
	const taken = new Map<string, { run: Run; planned: Planned; api: ApiClient }>();
	const stop = new AbortController();
	const killer = killExecutors(platform, random, stop.signal);
	const waiting = [...plans];
	await Promise.all(
		Array.from({ length: CLIENTS }, async (_each, client) => {
			const api = tenants[client % tenants.length] ?? platform.api;
			for (let planned = waiting.shift(); planned !== undefined; planned = waiting.shift()) {
				const run = await post(api, planned);
				expect(taken.has(run.id)).toBe(false);
				taken.set(run.id, { run, planned, api });
			}
		}),
	);
	stop.abort();
	const killed = await killer;
	const postedMs = performance.now() - begunMs;

	const counts = new Map<string, number>();
	for (const api of tenants) {
		const own = [...taken.values()].filter((each) => each.api === api);
		const runs = await Promise.all(own.map(({ run }) => runEnded(api, run.id, REST_MS)));
		runs.forEach((run, index) => {
			const end = endOf(run);
			counts.set(end, (counts.get(end) ?? 0) + 1);
			expect([own[index]?.planned.end, "executor_lost"], `${own[index]?.planned.mark}: ${JSON.stringify(run.error)}`).toContain(end);
		});
		await expectNothingHeld(api);
		await expectListAgrees(api, runs);
		const marks = new Set(own.map(({ planned }) => planned.mark));
		const calls = await expectLedgerMatches(
			api,
			runs.map((run) => run.id),
			upstream.effects.filter(({ mark }) => marks.has(mark)),
		);
		for (const [status, count] of calls) counts.set(`calls ${status}`, (counts.get(`calls ${status}`) ?? 0) + count);
	}
	expect(taken.size).toBe(RUNS);
	expect(counts.get("executor_lost") ?? 0).toBeLessThanOrEqual(killed);
	console.log(
		`seed ${random.seed}: ${RUNS} runs in ${Math.round(postedMs)} ms, checked after ${Math.round(performance.now() - begunMs)} ms; ${killed} executors killed; ${JSON.stringify(Object.fromEntries(counts))}; ${upstream.effects.length} requests`,
	);
	expect(await platform.terminate()).toBe(0);
	await rm(dataFolder, { recursive: true, force: true });
}, 480_000);
