import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { z } from "zod";

/**
 * What a process had when the watch began and had at most while it went on: resident memory, MiB, and CPU time, milliseconds; and when it was gone, epoch
 * milliseconds, 0 when it still is there. What it took in its last two milliseconds is not seen.
 */
const SeenUse = z.object({
	pid: z.int(),
	firstMb: z.number(),
	peakMb: z.number(),
	firstCpuMs: z.number(),
	lastCpuMs: z.number(),
	goneAtMs: z.number(),
});
export type SeenUse = z.infer<typeof SeenUse>;

/** Does some work, and says what it gave and what these processes used meanwhile, as seen from outside. */
export const useDuring = async <Result>(
	pids: readonly number[],
	work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly uses: readonly SeenUse[] }> => {
	const stop = new SharedArrayBuffer(4);
	const worker = new Worker(join(import.meta.dirname, "watch-worker.ts"), { workerData: { pids, stop } });
	await once(worker, "message");
	const flag = new Int32Array(stop);
	const end = (): void => {
		Atomics.store(flag, 0, 1);
		Atomics.notify(flag, 0);
	};
	const uses = once(worker, "message");
	try {
		const result = await work();
		end();
		return { result, uses: z.array(SeenUse).parse((await uses)[0]) };
	} finally {
		end();
	}
};
