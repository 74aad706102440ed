import type { ExecutorProcess } from "./executor-process.ts";

/** A process given to one job, or why none is: then nothing ran. `cancelled` when the job's signal aborted while it waited. */
export type Acquired = { kind: "acquired"; lease: PoolLease } | { kind: "refused"; why: string } | { kind: "cancelled" };

/** The use of one process for one job. Whoever acquired it calls `release` exactly once. */
export interface PoolLease {
	readonly process: ExecutorProcess;
	/** The id of the warm isolate that the job has to itself meanwhile; null: a fresh one. */
	readonly isolate: string | null;
	/** @param clean the job ended with an answer; anything else ends the process. @param engineMb what the job's datasets may keep in it */
	release(clean: boolean, engineMb?: number): void;
}

/** What a job asks the pool for. */
export interface PoolClaim {
	readonly tenantId: string;
	/** What the job may use: the process's life must be long enough. */
	readonly cpuMs: number;
	/** A compile is short, bounded work that its run waits for: it goes before the waiting runs of its own tenant. */
	readonly kind: "run" | "compile" | "import";
	/** Of a run that may share an isolate: the name under which it does. Left out or null: it has a fresh one. */
	readonly warm?: { readonly name: string; readonly runId: string } | null;
}
