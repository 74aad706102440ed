import { LookPace } from "./look-pace.ts";

/** Who waits for something to happen to a run. Memory only: who waits asks again when the object was away. */
export class RunBell {
	readonly pace = new LookPace();
	readonly #changes = new Waiting();
	readonly #ends = new Waiting();
	readonly #isOver: (runId: string) => boolean;

	/** @param isOver whether a run has ended, or is not here; asked often */
	constructor(isOver: (runId: string) => boolean) {
		this.#isOver = isOver;
	}

	/** Resolves when something may have changed of the run, or when the time is over. */
	wait(runId: string, timeoutMs: number): Promise<void> {
		return this.#changes.wait(runId, timeoutMs);
	}

	/**
	 * Whether the run is over: as soon as it is, or when the time is. However many wait, a step on a run that goes on costs one look: calls that were soon
	 * done leave who waited for them here until their time is over.
	 */
	async waitEnd(runId: string, timeoutMs: number): Promise<boolean> {
		if (!this.#isOver(runId)) await this.#ends.wait(runId, timeoutMs);
		return this.#isOver(runId);
	}

	/** Wakes those who wait for the end of runs that go on: something else may have become of what they do. */
	wakeWaiting(runIds: Iterable<string>): void {
		for (const id of new Set(runIds)) this.#ends.wake(id);
	}

	/** Wakes those who wait for one run; null: for any. */
	ring(runId: string | null): void {
		for (const id of runId === null ? this.#changes.keys() : [runId]) this.#changes.wake(id);
		for (const id of runId === null ? this.#ends.keys() : [runId]) if (this.#ends.has(id) && this.#isOver(id)) this.#ends.wake(id);
	}
}

/** Promises by run, each with its own time. */
class Waiting {
	readonly #byRun = new Map<string, Set<() => void>>();

	keys(): string[] {
		return [...this.#byRun.keys()];
	}

	has(runId: string): boolean {
		return this.#byRun.has(runId);
	}

	wait(runId: string, timeoutMs: number): Promise<void> {
		return new Promise((resolve) => {
			const waiting = this.#byRun.get(runId) ?? new Set();
			this.#byRun.set(runId, waiting);
			const leave = (): void => {
				clearTimeout(timer);
				waiting.delete(leave);
				if (waiting.size === 0 && this.#byRun.get(runId) === waiting) this.#byRun.delete(runId);
				resolve();
			};
			const timer = setTimeout(leave, timeoutMs);
			waiting.add(leave);
		});
	}

	wake(runId: string): void {
		for (const leave of [...(this.#byRun.get(runId) ?? [])]) leave();
	}
}

/**
 * Looks until a look answers something or the time is over. Between a look and the wait after it nothing is awaited, so no ring is missed.
 * @param look null: not yet. @returns null when the time is over
 */
export const lookUntil = async <Answer>(
	bell: RunBell,
	runId: string,
	waitMs: number,
	look: () => Answer | null,
): Promise<Answer | null> => {
	const endsAtMs = Date.now() + waitMs;
	for (;;) {
		const answer = look();
		const leftMs = endsAtMs - Date.now();
		if (answer !== null || leftMs <= 0) return answer;
		await bell.wait(runId, leftMs);
	}
};
