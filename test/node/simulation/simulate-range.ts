import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { simulateSeed } from "./simulate-seed.ts";
import type { Sometimes } from "./sometimes.ts";

/** Seeds from `from`, `every` apart, as many as there are below `to`. */
export const Range = z.strictObject({ from: z.int(), to: z.int(), every: z.int() });
export type Range = z.infer<typeof Range>;

/** What a thread tells of its range. */
export const RangeReport = z.strictObject({
	seeds: z.int(),
	steps: z.int(),
	faults: z.array(z.strictObject({ seed: z.int(), fault: z.string() })),
	reached: z.array(z.string()),
	cpuMs: z.number(),
});
export type RangeReport = z.infer<typeof RangeReport>;

/** Worlds that do not hold, after which a thread looks for no more. */
const MOST_FAULTS = 3;

const simulateRange = async ({ from, to, every }: Range): Promise<RangeReport> => {
	const reached = new Set<Sometimes>();
	const faults: { seed: number; fault: string }[] = [];
	const began = process.threadCpuUsage();
	let [seeds, steps] = [0, 0];
	for (let seed = from; seed < to && faults.length < MOST_FAULTS; seed += every) {
		const life = await simulateSeed(seed, reached);
		seeds += 1;
		steps += life.steps;
		if (life.fault !== null) faults.push({ seed, fault: life.fault });
	}
	const { user, system } = process.threadCpuUsage(began);
	return { seeds, steps, faults, reached: [...reached], cpuMs: (user + system) / 1_000 };
};

parentPort?.postMessage(await simulateRange(Range.parse(workerData)));
