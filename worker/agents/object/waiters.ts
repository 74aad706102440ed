import type { Run } from "../../../contract/runs.ts";

/** Requests that wait for a run's end. Memory only: who waits asks again when the object was away. */
export class Waiters {
	readonly #waiting = new Map<string, Set<(run: Run) => void>>();

	/** Resolves with the run when it ends, or with null when the time is over. */
	wait(runId: string, timeoutMs: number): Promise<Run | null> {
		return new Promise((resolve) => {
			const waiting = this.#waiting.get(runId) ?? new Set();
			this.#waiting.set(runId, waiting);
			const leave = (run: Run | null): void => {
				clearTimeout(timer);
				waiting.delete(told);
				if (waiting.size === 0) this.#waiting.delete(runId);
				resolve(run);
			};
			const told = (run: Run): void => leave(run);
			const timer = setTimeout(() => leave(null), timeoutMs);
			waiting.add(told);
		});
	}

	tell(run: Run): void {
		if (run.endedAtMs === null) return;
		for (const told of [...(this.#waiting.get(run.id) ?? [])]) told(run);
	}
}
