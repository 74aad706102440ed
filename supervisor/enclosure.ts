import type { ExecutorStatus } from "../worker/executor/protocol.ts";

/** What an enclosure starts: a workerd binary, the folder it loads from (read-only), and the process's own folder (its sockets). */
export interface EnclosedProgram {
	readonly workerd: string;
	readonly executorFolder: string;
	readonly ownFolder: string;
}

/** A command line for `spawn`. */
export interface CommandLine {
	readonly file: string;
	readonly args: readonly string[];
}

/**
 * One way to start an executor process so that what breaks out of the isolate finds nothing: no network, no other process, no file but what
 * workerd needs, no capability, no environment. What may be used at most of CPU, memory, files is set in executor-rlimits.
 */
export interface Enclosure {
	readonly kind: Exclude<ExecutorStatus["enclosure"], "cloudflare">;
	/** What an operator must know, or null. */
	readonly warning: string | null;
	commandLine(program: EnclosedProgram): CommandLine;
}
