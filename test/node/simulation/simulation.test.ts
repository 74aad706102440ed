import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { type Range, RangeReport } from "./simulate-range.ts";
import { SOMETIMES } from "./sometimes.ts";

/** How many worlds, and from which seed on: by default as many as take two cores half a minute. `node test/node/simulation/try.ts <seed>` tells one of them step by step. */
const SEEDS = Number(process.env["SIMULATION_SEEDS"] ?? 1_250);
const FROM = Number(process.env["SIMULATION_FROM"] ?? 1);
const THREADS = 2;
/** So many worlds come to all of the rare states, and so many to most of them. */
const ENOUGH = 5_000;
const MANY = 1_000;
const MOST_MISSED = 6;

const simulate = async (range: Range): Promise<RangeReport> => {
	const worker = new Worker(join(import.meta.dirname, "simulate-range.ts"), { workerData: range, execArgv: [] });
	const [message] = await once(worker, "message");
	await worker.terminate();
	return RangeReport.parse(message);
};

describe("an agent's object under seeded faults", () => {
	it("holds its budgets, ends every run it admitted once, performs nothing twice or after an end, and loses nothing on the way to the archive", {
		timeout: 3_600_000,
	}, async () => {
		const to = FROM + SEEDS;
		const reports = await Promise.all(
			Array.from({ length: THREADS }, (_, thread) => simulate({ from: FROM + thread, to, every: THREADS })),
		);
		const faults = reports.flatMap((report) => report.faults);
		expect(faults.map(({ seed, fault }) => `node test/node/simulation/try.ts ${seed}: ${fault}`)).toEqual([]);
		expect(reports.reduce((sum, { seeds }) => sum + seeds, 0)).toBe(SEEDS);
		const reached = new Set(reports.flatMap((report) => report.reached));
		const missed = SOMETIMES.filter((state) => !reached.has(state));
		if (SEEDS >= ENOUGH) expect(missed).toEqual([]);
		if (SEEDS >= MANY) expect(missed.length, missed.join(" | ")).toBeLessThanOrEqual(MOST_MISSED);
		const sum = (read: (report: RangeReport) => number): number => reports.reduce((total, report) => total + read(report), 0);
		console.log(
			`simulation: ${SEEDS} worlds, ${sum(({ steps }) => steps)} steps, ${Math.round(sum(({ cpuMs }) => cpuMs) / 1_000)} s of CPU time`,
		);
	});
});
