import { LIMITS } from "../contract/limits.ts";
import type { CommandLine } from "./enclosure.ts";

const MEBIBYTE = 1024 * 1024;

/**
 * The kernel's own limits on an executor process, which hold also when the supervisor is starved or stopped: data segment, CPU time of its
 * life, open files, no file ever written, no core dump; and a lower priority than the control plane's. Soft and hard are the same, since the
 * first process of a PID namespace ignores the soft limit's signal. RLIMIT_AS breaks workerd; RLIMIT_NPROC counts the user's processes
 * outside as well, so neither is set.
 */
export const withRlimits = (command: CommandLine): CommandLine => {
	const dataBytes = (LIMITS.executorDataMb.base + LIMITS.memoryMb.max + LIMITS.executorDataMb.allowance) * MEBIBYTE;
	return {
		file: "nice",
		args: [
			"-n",
			"5",
			"prlimit",
			`--data=${dataBytes}`,
			`--cpu=${LIMITS.executorLifetimeCpuS}`,
			`--nofile=${LIMITS.executorOpenFiles}`,
			"--fsize=0",
			"--core=0",
			"--",
			command.file,
			...command.args,
		],
	};
};
