import { readdirSync, readFileSync } from "node:fs";

const NANOSECONDS_PER_MS = 1_000_000;
/** Linux shows clock ticks to programs as hundredths of a second on every architecture. */
const MS_PER_TICK = 10;
const AT_PAGESZ = 6n;

/** From the auxiliary vector (getauxval(3)): 4 KiB mostly, 16 or 64 KiB on some ARM machines. */
const readPageBytes = (): number => {
	const vector = readFileSync("/proc/self/auxv");
	for (let offset = 0; offset + 16 <= vector.length; offset += 16) {
		if (vector.readBigUInt64LE(offset) === AT_PAGESZ) return Number(vector.readBigUInt64LE(offset + 8));
	}
	throw new Error("Reading the page size: /proc/self/auxv has none, wanted a 64-bit Linux.");
};
const pageBytes = readPageBytes();

/** What a process has used, seen from outside. */
export interface ProcessUse {
	/** CPU time of all its threads, also those that ended, milliseconds. */
	readonly cpuMs: number;
	/** Resident memory, bytes. */
	readonly residentBytes: number;
	/** Threads it has now. */
	readonly threads: number;
}

const threadsCpuMs = (pid: number): number => {
	let nanoseconds = 0;
	for (const thread of readdirSync(`/proc/${pid}/task`)) {
		try {
			nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
		} catch {
			// The thread ended between the list and the look; the process's own figure below has it.
		}
	}
	return nanoseconds / NANOSECONDS_PER_MS;
};

/**
 * Reads what a process has used: `schedstat` of its threads to the nanosecond, and `stat` of the whole to 10 ms, which also counts threads that
 * are gone. Null when the process is gone, or dead and not yet waited for.
 */
export const measureProcess = (pid: number): ProcessUse | null => {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		if (fields[0] === "Z" || fields[0] === "X") return null;
		const ticks = Number(fields[11]) + Number(fields[12]);
		const residentPages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
		return {
			cpuMs: Math.max(threadsCpuMs(pid), ticks * MS_PER_TICK),
			residentBytes: residentPages * pageBytes,
			threads: Number(fields[17]),
		};
	} catch {
		return null;
	}
};
