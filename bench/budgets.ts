/**
 * What budgets cost on one agent's object, and what its storage grows to. The objects are the Worker's own, in its own runtime, beside a Worker that only calls
 * them; nothing of executors is in these figures.
 *
 * Alone: `node_modules/.bin/node bench/budgets.ts 1000000`, the number of calls of the year.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMigrations } from "../supervisor/apply-migrations.ts";
import { buildImportedTexts } from "../supervisor/build-imported-texts.ts";
import { buildWorker } from "../supervisor/build-worker.ts";
import { startControlPlane } from "../supervisor/control-plane.ts";
import { NO_STORES } from "../supervisor/read-stores.ts";
import { repositoryRoot } from "../supervisor/repository-root.ts";
import { workerdBinary } from "../supervisor/workerd-binary.ts";
import { percentile, show } from "./statistics.ts";

const ROUNDS = 5;
const PARTS = 10;

/** @param calls of the year, in all */
export const measureBudgets = async (calls: number): Promise<void> => {
	const folder = await mkdtemp(join(tmpdir(), "cordon-bench-budgets-"));
	await buildImportedTexts();
	const script = await buildWorker(join(import.meta.dirname, "worker/budget-bench.ts"));
	const plane = await startControlPlane({
		...{ script, host: "127.0.0.1", port: 0, dataFolder: folder, runtimeFolder: folder, workerd: workerdBinary },
		...{ executorSocket: join(folder, "none.sock"), allowLoopback: false, stores: NO_STORES, bindings: { EXECUTOR: "none" } },
	});
	try {
		await applyMigrations(await plane.database(), join(repositoryRoot, "migrations"));
		const measure = async (path: string, count: number): Promise<{ ms: number; text: string }> => {
			const from = performance.now();
			const answer = await fetch(new URL(`${path}?count=${count}`, plane.inner));
			const text = await answer.text();
			if (!answer.ok) throw new Error(`Measuring ${path}: ${answer.status} ${text}`);
			return { ms: performance.now() - from, text };
		};
		await measure("/v1/calls", 1_000);
		const perSecond: number[] = [];
		const perHold: number[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			perSecond.push(4_000_000 / (await measure("/v1/calls", 4_000)).ms);
			perHold.push((await measure("/v1/holds", 2_000)).ms / 2_000);
		}
		console.log(
			`calls begun, held, settled and ended on one agent's object: p50 ${show(percentile(perSecond, 0.5))}, best ${show(Math.max(...perSecond))} a second (aim: over 1,000)`,
		);
		console.log(
			`a hold and its settlement, on grant, agent and tenant: p50 ${show(percentile(perHold, 0.5))} ms, best ${show(Math.min(...perHold))} ms (aim: p50 under 0.6 added to a call)`,
		);
		for (let part = 1; part <= PARTS; part += 1) {
			const { ms, text } = await measure("/v1/year", calls / PARTS);
			const mib = Number(text) / 1024 / 1024;
			console.log(
				`${String((calls / PARTS) * part).padStart(9)} calls of one agent: ${show((ms * PARTS) / calls)} ms each, ${show(mib)} MiB stored`,
			);
		}
	} finally {
		await plane.stop();
		await rm(folder, { recursive: true, force: true });
	}
};

if (import.meta.main) await measureBudgets(Number(process.argv[2] ?? 20_000));
