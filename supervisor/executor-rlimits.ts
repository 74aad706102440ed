import { LIMITS } from "../contract/limits.ts";
import type { CommandLine } from "./enclosure.ts";
import { MOST_ENGINE_MB } from "./engine-memory.ts";

const MEBIBYTE = 1024 * 1024;

/**
 * The kernel's own limits on an executor process, which hold also when the supervisor is starved or stopped: data segment, CPU time of its life, open files,
 * no file ever written, no core dump (one byte is less than any dump, and the one value at which the kernel starts no program that dumps are piped to either);
 * and a lower priority than the control plane's. Soft and hard are the same, since the first process of a PID namespace ignores the soft limit's signal.
 * RLIMIT_AS breaks workerd; RLIMIT_NPROC out here counts all of the user's processes, so neither is set (enclosure-unshare sets the second inside). The data
 * segment has room for datasets in every process, since it is set at the start, before anybody knows what will run: a run without one is held to its own
 * memory by the watch on the resident size alone in that part.
 */
export const withRlimits = (command: CommandLine): CommandLine => {
	const dataBytes = (LIMITS.executorDataMb.base + LIMITS.memoryMb.max + LIMITS.executorDataMb.allowance + MOST_ENGINE_MB) * MEBIBYTE;
	return {
		file: "nice",
		args: [
			"-n",
			String(LIMITS.executorNice.short),
			"prlimit",
			`--data=${dataBytes}`,
			`--cpu=${LIMITS.executorLifetimeCpuS}`,
			`--nofile=${LIMITS.executorOpenFiles}`,
			"--fsize=0",
			"--core=1",
			"--",
			command.file,
			...command.args,
		],
	};
};
