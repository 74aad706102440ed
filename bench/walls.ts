/**
 * How far a hostile program gets past its limits before it is stopped, and what its neighbours notice: the figures of the walls, on a platform of their own,
 * through the public API, beside their aims.
 *
 * Alone: `node_modules/.bin/node bench/walls.ts`, or `node_modules/.bin/node bench/walls.ts --quick`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Agent } from "../contract/agents.ts";
import { LIMITS } from "../contract/limits.ts";
import type { Run } from "../contract/runs.ts";
import { NewTenant } from "../contract/tenants.ts";
import { type ApiClient, createApiClient } from "../scripts/support/api-client.ts";
import { startCordon } from "../supervisor/start-cordon.ts";
import { executorsIn } from "../test/platform/fault-processes.ts";
import { percentile, show, timed } from "./statistics.ts";
import { type SeenUse, useDuring } from "./use-during.ts";

const EXECUTORS = 4;
const [CPU_MS, WALL_MS, MEMORY_MB] = [200, 300, 64];
/** Most that a run of these takes on a machine that is busy with other things, milliseconds. */
const AMPLE = { cpuMs: 10_000, wallMs: 30_000, memoryMb: MEMORY_MB };
const MEASURED = { agent: "measured", language: "javascript" } as const;
/** How long the burners may take to be running, milliseconds. */
const BURNING_AFTER_MS = 200;
/** How long the pool may take to be full again: looks, and milliseconds between them. */
const [MOST_LOOKS, LOOK_MS] = [600, 50];

const GOOD = "export default async () => { let sum = 0; for (let i = 0; i < 1000; i += 1) sum += i; return sum; };";
const SPIN = "export default async () => { for (;;); };";
const WAIT = "export default async () => { setInterval(() => {}, 50); await new Promise(() => {}); };";
const MEMORY_BOMBS = {
	objects: "export default async () => { const kept = []; for (;;) kept.push(new Array(1000).fill({})); };",
	buffers: "export default async () => { const kept = []; for (;;) kept.push(new Uint8Array(8 << 20).fill(1)); };",
	wasm: "export default async () => { const kept = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 512 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); } };",
	strings:
		"export default async () => { let text = 'x'; const kept = []; for (;;) { text += text + kept.length; kept.push(text.split('')); } };",
	promises: "export default async () => { const kept = []; for (;;) kept.push(new Promise(() => {})); };",
};
/** Ways out of the isolate to a network; none leads anywhere. */
const CALLER = `export default async () => {
	const tried = [];
	const { connect } = await import("cloudflare:" + "sockets").catch(() => ({}));
	for (const url of ["http://127.0.0.1:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://192.0.2.1/", "https://name.example/"]) {
		try { await fetch(url); tried.push("ESCAPED"); } catch { tried.push("refused"); }
		try { const socket = connect(new URL(url).host.replace(/:.*|$/, ":80")); await socket.opened; tried.push("ESCAPED"); } catch { tried.push("refused"); }
	}
	return tried;
};`;

/** A line of the table. `value` and `aim` in the unit that `unit` names; at most the aim is wanted. */
interface Figure {
	readonly what: string;
	readonly unit: string;
	readonly p50: number | null;
	readonly value: number;
	readonly aim: number;
}

const ofTimes = (what: string, values: readonly number[], aim: number, unit = "ms"): Figure => ({
	what: `${what} (${values.length})`,
	unit,
	p50: percentile(values, 0.5),
	value: percentile(values, 0.99),
	aim,
});

const HEADING = `${"the walls".padEnd(60)} ${"p50".padStart(8)} ${"p99".padStart(10)} ${"aim".padStart(8)}`;

const print = ({ what, unit, p50, value, aim }: Figure): void => {
	const middle = p50 === null ? "" : show(p50);
	const wanted = Number.isFinite(aim) ? String(aim) : "";
	const missed = value <= aim ? "" : `   MISSED by ${show(value - aim)}`;
	console.log(`${what.padEnd(60)} ${middle.padStart(8)} ${show(value).padStart(10)} ${wanted.padStart(8)} ${unit}${missed}`);
};

const repeat = async <Result>(count: number, work: () => Promise<Result>): Promise<Result[]> => {
	const results: Result[] = [];
	for (let index = 0; index < count; index += 1) results.push(await work());
	return results;
};

/** Runs a program that is to end in a certain way. */
const runTo = async (
	api: ApiClient,
	program: string,
	wanted: string,
	limits: Readonly<Record<"cpuMs" | "wallMs" | "memoryMb", number>> = AMPLE,
): Promise<Run> => {
	const run = await api.run({ ...MEASURED, program, limits });
	const end = run.error?.code ?? run.status;
	if (end !== wanted) throw new Error(`Measuring the walls: a run ended ${end} ${run.error?.message ?? ""}, wanted ${wanted}`);
	return run;
};

/** Work of others on every core while something is measured. */
const whileBurning = async <Result>(work: () => Promise<Result>): Promise<Result> => {
	const burners: ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
		spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
	);
	try {
		await delay(BURNING_AFTER_MS);
		return await work();
	} finally {
		for (const each of burners) each.kill("SIGKILL");
	}
};

/** The executors' workerds, once there are as many as the pool has when nothing runs. */
const executorPids = async (): Promise<readonly number[]> => {
	for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
		const pids = executorsIn(process.pid).map(({ pid }) => pid);
		if (pids.length === EXECUTORS + 2) return pids;
		await delay(LOOK_MS);
	}
	throw new Error("Measuring the walls: the pool is not full again, wanted all its processes");
};

/** Does a run and says what the process used that it was in: of all of them the one that did something. */
const seenRun = async (work: () => Promise<Run>): Promise<{ readonly run: Run; readonly use: SeenUse }> => {
	const { result, uses } = await useDuring(await executorPids(), work);
	const [use] = uses.toSorted((one, other) => other.lastCpuMs - other.firstCpuMs - (one.lastCpuMs - one.firstCpuMs));
	if (use === undefined) throw new Error("Measuring the walls: no process was watched, wanted some");
	return { run: result, use };
};

/** What the process used of CPU, which the run's own usage does not tell: that is no more than its limit. */
const cpuOverrun = async (api: ApiClient): Promise<number> => {
	const { use } = await seenRun(() => runTo(api, SPIN, "cpu_exceeded", { ...AMPLE, cpuMs: CPU_MS }));
	return use.lastCpuMs - use.firstCpuMs - CPU_MS;
};

/** From the start of the run to the end of its process. */
const wallOverrun = async (api: ApiClient): Promise<number> => {
	// It works a little, so that its process is known.
	const { run, use } = await seenRun(() => runTo(api, WAIT, "wall_time_exceeded", { ...AMPLE, wallMs: WALL_MS }));
	return use.goneAtMs - (run.startedAtMs ?? 0) - WALL_MS;
};

/** Resident memory above what the fresh process had and the limit, MiB. A bomb may also end by an error that it is told, or by its CPU time: its memory counts. */
const memoryOverrun = async (api: ApiClient, bomb: string): Promise<number> => {
	const { use } = await seenRun(() => api.run({ ...MEASURED, program: bomb, limits: AMPLE }));
	return use.peakMb - use.firstMb - MEMORY_MB;
};

/** From the first kill of a tenant whose places are all full to the start of the run that waits for one, milliseconds. */
const recovery = async (api: ApiClient): Promise<number> => {
	const limits = { ...AMPLE, cpuMs: CPU_MS };
	await executorPids();
	const bombs = Array.from({ length: EXECUTORS }, () => runTo(api, SPIN, "cpu_exceeded", limits));
	await delay(CPU_MS / 2);
	const [next, ...killed] = await Promise.all([runTo(api, GOOD, "succeeded"), ...bombs]);
	const firstKillMs = Math.min(...killed.map(({ startedAtMs, usage }) => (startedAtMs ?? 0) + usage.wallMs));
	return Math.max(0, (next.startedAtMs ?? 0) - firstKillMs);
};

/** Runs of one tenant, alone and while another attacks with all the places it may have. */
const neighbours = async (attacker: ApiClient, neighbour: ApiClient, count: number): Promise<readonly Figure[]> => {
	let failures = 0;
	const good = async (): Promise<number> => {
		try {
			return await timed(() => runTo(neighbour, GOOD, "succeeded"));
		} catch {
			failures += 1;
			return Number.NaN;
		}
	};
	await repeat(5, good);
	const alone = await repeat(count, good);
	let over = false;
	const attack = async (programs: readonly string[]): Promise<void> => {
		for (let index = 0; !over; index += 1) {
			const program = programs[index % programs.length] ?? SPIN;
			await attacker.run({ ...MEASURED, program, limits: { ...AMPLE, cpuMs: CPU_MS } });
		}
	};
	const attacks = Array.from({ length: EXECUTORS }, () => attack([SPIN, ...Object.values(MEMORY_BOMBS)]));
	const attacked = await repeat(count, good);
	over = true;
	await Promise.all(attacks);
	const [aloneMs, attackedMs] = [alone, attacked].map((times) => percentile(times.filter(Number.isFinite), 0.99));
	return [
		{ what: "other tenants' failures under attack", unit: "", p50: null, value: failures, aim: 0 },
		ofTimes("another tenant's run, alone", alone.filter(Number.isFinite), Number.POSITIVE_INFINITY),
		ofTimes("another tenant's run, under attack", attacked.filter(Number.isFinite), Number.POSITIVE_INFINITY),
		{ what: "ratio of their p99", unit: "times", p50: null, value: (attackedMs ?? 0) / (aloneMs ?? 1), aim: 2 },
	];
};

/** Packets that all interfaces of the executors' networks have sent or received, and packets that their IP has been asked to send. */
const packets = async (): Promise<number> =>
	(await executorPids()).reduce((sum, pid) => {
		const [, , ...interfaces] = readFileSync(`/proc/${pid}/net/dev`, "utf8").trimEnd().split("\n");
		const counted = interfaces.map((line) => line.split(":")[1]?.trim().split(/ +/) ?? []);
		const [names, values] = readFileSync(`/proc/${pid}/net/snmp`, "utf8")
			.split("\n")
			.filter((line) => line.startsWith("Ip:"))
			.map((line) => line.split(" "));
		const asked = Number(values?.[names?.indexOf("OutRequests") ?? -1] ?? 0);
		return counted.reduce((all, fields) => all + Number(fields[1]) + Number(fields[9]), sum + asked);
	}, 0);

/** Measures all of them and prints the table. @param share how much of the usual number of tries, 0 to 1 */
export const measureWalls = async (share = 1): Promise<void> => {
	const tries = (count: number): number => Math.max(3, Math.round(count * share));
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-walls-"));
	const most = LIMITS.ratePerMinute.max;
	const rateLimit = `key:${most},tenant:${most},stranger:${most}`;
	const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: EXECUTORS, developmentHosts: [], rateLimit });
	try {
		const operator = createApiClient(cordon.url, cordon.adminToken);
		const tenant = async (name: string): Promise<ApiClient> => {
			const { key } = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name });
			const api = createApiClient(cordon.url, key.value);
			await api.expect(201, Agent, "POST", "/v1/agents", { name: MEASURED.agent, policy: { limits: AMPLE } });
			return api;
		};
		const [api, neighbour] = [await tenant("attacker"), await tenant("neighbour")];
		await repeat(5, () => runTo(api, GOOD, "succeeded"));
		console.log(HEADING);
		print(ofTimes("CPU used beyond cpuMs at the kill, idle", await repeat(tries(100), () => cpuOverrun(api)), 250));
		print(ofTimes("wall time beyond wallMs at the kill, idle", await repeat(tries(100), () => wallOverrun(api)), 1_000));
		await whileBurning(async () => {
			print(ofTimes("CPU used beyond cpuMs, all cores burning", await repeat(tries(50), () => cpuOverrun(api)), 1_000));
			print(ofTimes("wall time beyond wallMs, all cores burning", await repeat(tries(50), () => wallOverrun(api)), 1_000));
		});
		for (const [name, bomb] of Object.entries(MEMORY_BOMBS))
			print(ofTimes(`resident above fresh + limit: ${name}`, await repeat(tries(10), () => memoryOverrun(api, bomb)), 64, "MiB"));
		const recoveries = await repeat(tries(50), () => recovery(api));
		print(ofTimes("kill to the start of the next run, pool full", recoveries, 500));
		for (const figure of await neighbours(api, neighbour, tries(200))) print(figure);
		await repeat(tries(20), async () => {
			const { result } = await runTo(api, CALLER, "succeeded");
			if (JSON.stringify(result).includes("ESCAPED")) throw new Error("Measuring the walls: a program reached a network, wanted none to");
		});
		print({ what: "packets of executors", unit: "", p50: null, value: await packets(), aim: 0 });
	} finally {
		await cordon.stop();
		await rm(dataFolder, { recursive: true, force: true });
	}
};

if (import.meta.main) await measureWalls(process.argv.includes("--quick") ? 0.1 : 1);
