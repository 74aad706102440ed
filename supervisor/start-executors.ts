import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { LIMITS } from "../contract/limits.ts";
import { buildDispatcher } from "./build-dispatcher.ts";
import { chooseEnclosure } from "./choose-enclosure.ts";
import { closeInheritedDescriptors } from "./close-inherited-descriptors.ts";
import type { Enclosure } from "./enclosure.ts";
import { ExecutorProcess } from "./executor-process.ts";
import { serveExecutors } from "./executor-server.ts";
import type { GateAddress } from "./gate-splice.ts";
import { Pool } from "./pool.ts";

export interface ExecutorsOptions {
	/** Runs at once of one tenant; the pool keeps one place more for the others. */
	readonly size: number;
	/** Absolute path of the binary. */
	readonly workerd: string;
	readonly runtimeFolder: string;
	readonly gate: () => GateAddress | null;
	/** As serveExecutors takes it. */
	readonly isStarted?: () => boolean;
	readonly enclosures?: readonly Enclosure["kind"][];
	/** worker/harness unless a test brings its own. */
	readonly harnessFolder?: string;
}

/** The pool behind its socket. */
export interface Executors {
	readonly socketPath: string;
	readonly enclosure: Enclosure;
	readonly pool: Pool;
	/**
	 * Takes nothing new; what runs may end within `withinMs` and is ended then. Resolves when the Worker has had LIMITS.drainSettleMs to record what ended last.
	 */
	drain(withinMs: number): Promise<void>;
	/** Ends every process and the socket. */
	stop(): Promise<void>;
}

/** Builds what executor processes load, finds out how they can be enclosed here, starts the pool and the socket that the Worker uses. */
export const startExecutors = async (options: ExecutorsOptions): Promise<Executors> => {
	closeInheritedDescriptors();
	const { workerd, runtimeFolder, gate } = options;
	const settings = { workerd, runtimeFolder, gate, executorFolder: await buildDispatcher(options.harnessFolder) };
	const enclosure = await chooseEnclosure(settings, options.enclosures);
	const pool = new Pool({
		size: options.size,
		start: () => ExecutorProcess.start({ ...settings, enclosure }),
		onStartFailure: (error) => console.error(error.message),
	});
	const socketPath = join(runtimeFolder, "executors.sock");
	const server = await serveExecutors({
		pool,
		socketPath,
		enclosure: enclosure.kind,
		...(options.isStarted === undefined ? {} : { isStarted: options.isStarted }),
	}).catch(async (error: unknown) => {
		await pool.stop();
		throw error;
	});
	return {
		socketPath,
		enclosure,
		pool,
		drain: async (withinMs) => {
			const late = new AbortController();
			const timeIsUp = setTimeout(withinMs, undefined, { signal: late.signal }).catch(() => {});
			await Promise.race([pool.drain("the supervisor is shutting down"), timeIsUp]);
			late.abort();
			// What still runs ends here, while the Worker is there to record what it used and printed.
			await pool.stop();
			const settleMs = pool.lastReleaseMs + LIMITS.drainSettleMs - performance.now();
			if (settleMs > 0) await setTimeout(settleMs);
		},
		stop: async () => {
			await pool.stop();
			await server.close();
		},
	};
};
