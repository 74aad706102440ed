import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { measureProcess } from "../supervisor/measure-process.ts";

/**
 * Beside the bench, on a thread of its own, so that it looks while the bench is busy: what processes use at most, read every two milliseconds until it is
 * told to stop. Posts one SeenUse a process.
 */
const Watched = z.object({ pids: z.array(z.int()), stop: z.instanceof(SharedArrayBuffer) });
const LOOK_MS = 2;
const MEBIBYTE = 1024 * 1024;

const { pids, stop } = Watched.parse(workerData);
const stopped = new Int32Array(stop);
const seen = new Map(pids.map((pid) => [pid, { pid, firstMb: 0, peakMb: 0, firstCpuMs: 0, lastCpuMs: 0, goneAtMs: 0 }]));

for (let looks = 0; looks === 0 || Atomics.wait(stopped, 0, 0, LOOK_MS) === "timed-out"; looks += 1) {
	for (const each of seen.values()) {
		if (each.goneAtMs > 0) continue;
		const use = measureProcess(each.pid);
		if (use === null) {
			each.goneAtMs = Date.now();
			continue;
		}
		const residentMb = use.residentBytes / MEBIBYTE;
		if (looks === 0) Object.assign(each, { firstMb: residentMb, firstCpuMs: use.cpuMs });
		each.peakMb = Math.max(each.peakMb, residentMb);
		each.lastCpuMs = Math.max(each.lastCpuMs, use.cpuMs);
	}
	if (looks === 0) parentPort?.postMessage("watching");
}
parentPort?.postMessage([...seen.values()]);
