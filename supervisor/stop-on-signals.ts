import { LIMITS } from "../contract/limits.ts";
import type { Cordon } from "./start-cordon.ts";

/** Ends the process on SIGTERM and SIGINT: the first lets running runs finish and exits 0, a second one does not wait and exits 1. */
export const stopOnSignals = (cordon: Cordon): void => {
	let stopping = false;
	const stop = (): void => {
		if (stopping) process.exit(1);
		stopping = true;
		console.log(
			`Stopping: what runs may finish within ${LIMITS.drainMs / 1000} s, what waits is taken up at the next start. Again to stop at once.`,
		);
		cordon.stop().then(
			() => process.exit(0),
			(error: unknown) => {
				console.error(error instanceof Error ? error.message : String(error));
				process.exit(1);
			},
		);
	};
	for (const signal of ["SIGTERM", "SIGINT"]) {
		// Miniflare ends the whole process at once on these signals; what it has to clear away goes with our own stop.
		process.removeAllListeners(signal);
		process.on(signal, stop);
	}
};
