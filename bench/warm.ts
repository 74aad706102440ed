/**
 * What a warm isolate saves: runs of the same stored program through the whole platform, fresh and warm in turn, so that the machine's drift hits both.
 *
 * Alone: `node_modules/.bin/node bench/warm.ts`, or `node_modules/.bin/node bench/warm.ts --quick`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../contract/agents.ts";
import { type ApiClient, createApiClient } from "../scripts/support/api-client.ts";
import { startCordon } from "../supervisor/start-cordon.ts";
import { percentile, show, timed } from "./statistics.ts";

/** Its module counts its runs, so that one in a new isolate shows. */
const TINY = "let runs = 0; export default async () => { runs += 1; return runs; };";
/** One whose module has something to do when it is loaded. */
const SCHEMA = `import { z } from "zod";
const Order = z.object({ id: z.string(), lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })) });
let runs = 0;
export default async (input) => { runs += 1; Order.parse(input); return runs; };`;
const WARM_UP = 20;

interface Measured {
	readonly times: number[];
	readonly cpu: number[];
	/** Runs that began in a new isolate. */
	began: number;
}
const nothing = (): Measured => ({ times: [], cpu: [], began: 0 });

const runOnce = async (api: ApiClient, agent: string, isolation: "fresh" | "warm", measured: Measured): Promise<void> => {
	let cpuMs = 0;
	let result: unknown;
	const took = await timed(async () => {
		const run = await api.run({ agent, isolation, input: { id: "a", lines: [{ sku: "b", quantity: 1 }] } });
		if (run.status !== "succeeded") throw new Error(`Measuring warm isolates: a run ended ${run.status} ${run.error?.message ?? ""}`);
		cpuMs = run.usage.cpuMs;
		result = run.result;
	});
	measured.times.push(took);
	measured.cpu.push(cpuMs);
	if (result === 1) measured.began += 1;
};

const line = (what: string, { times, cpu }: Measured): string =>
	`${what.padEnd(34)} p50 ${show(percentile(times, 0.5))} ms   p99 ${show(percentile(times, 0.99))} ms   CPU p50 ${show(percentile(cpu, 0.5))} ms   p99 ${show(percentile(cpu, 0.99))} ms`;

/** @param count runs of each kind and program */
export const measureWarm = async (count: number): Promise<void> => {
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-bench-"));
	const cordon = await startCordon({ port: 0, host: "127.0.0.1", dataFolder, executors: 2, developmentHosts: [] });
	try {
		const api = createApiClient(cordon.url, cordon.key);
		for (const [what, program, policy] of [
			["tiny", TINY, {}],
			["zod", SCHEMA, { libraries: ["zod"] }],
		] as const) {
			const agent = { name: `warm-${what}`, program, language: "javascript", isolation: "warm", policy };
			const { id } = await api.expect(201, Agent, "POST", "/v1/agents", agent);
			for (let index = 0; index < WARM_UP; index += 1)
				for (const isolation of ["fresh", "warm"] as const) await runOnce(api, id, isolation, nothing());
			const measured = { fresh: nothing(), warm: nothing() };
			for (let index = 0; index < count; index += 1) {
				await runOnce(api, id, "fresh", measured.fresh);
				await runOnce(api, id, "warm", measured.warm);
			}
			const { fresh, warm } = measured;
			console.log(line(`${what} program, fresh isolate`, fresh));
			console.log(line(`${what} program, warm isolate`, warm));
			console.log(
				`warm to fresh: p50 ${show(percentile(warm.times, 0.5) / percentile(fresh.times, 0.5))}, CPU p50 ${show(percentile(warm.cpu, 0.5) / percentile(fresh.cpu, 0.5))}; ${warm.began} of ${warm.times.length} warm runs began a new isolate`,
			);
		}
	} finally {
		await cordon.stop();
		await rm(dataFolder, { recursive: true, force: true });
	}
};

if (import.meta.main) await measureWarm(process.argv.includes("--quick") ? 40 : 300);
