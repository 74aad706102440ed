import { LIMITS } from "../contract/limits.ts";
import type { Cordon } from "./start-cordon.ts";

const SIGNALS: readonly (string | symbol)[] = ["SIGTERM", "SIGINT"];

/**
 * Starts a platform, and ends the process on SIGTERM and SIGINT from the first moment on: a start that is under way is undone, a platform lets
 * its runs finish, and the process exits 0; a second signal does not wait and exits 1.
 * @param start called at once; given up when its signal aborts. @returns what `start` gives; never settles once a signal has come.
 */
export const stopOnSignals = async (start: (interrupted: AbortSignal) => Promise<Cordon>): Promise<Cordon> => {
	const interrupt = new AbortController();
	let started: Cordon | null = null;
	const stop = (): void => {
		if (interrupt.signal.aborted) process.exit(1);
		console.log(
			started === null
				? "Stopping: the start is undone. Again to stop at once."
				: `Stopping: what runs may finish within ${LIMITS.drainMs / 1000} s, what waits is taken up at the next start. Again to stop at once.`,
		);
		interrupt.abort();
		end(starting, interrupt.signal).then(
			() => process.exit(0),
			(error: unknown) => {
				console.error(error instanceof Error ? error.message : String(error));
				process.exit(1);
			},
		);
	};
	for (const signal of SIGNALS) process.on(signal, stop);
	// Miniflare ends the whole process at once on these signals; what it has to clear away goes with our own stop.
	process.on("newListener", (signal, listener) => {
		if (SIGNALS.includes(signal) && listener !== stop) process.nextTick(() => process.removeListener(signal, listener));
	});
	const starting = start(interrupt.signal);
	try {
		started = await starting;
	} catch (error) {
		if (!interrupt.signal.aborted) throw error;
	}
	return started !== null && !interrupt.signal.aborted ? started : new Promise(() => {});
};

/** Resolves when nothing is left of the platform or of its start. @throws Error when something else than the interruption ended the start. */
const end = async (starting: Promise<Cordon>, interrupted: AbortSignal): Promise<void> => {
	try {
		await (await starting).stop();
	} catch (error) {
		if (error !== interrupted.reason) throw error;
	}
};
