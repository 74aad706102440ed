/** The end of a call's time, for everything in it together. */
export interface Deadline {
	readonly signal: AbortSignal;
	/** The work's outcome, or `late` when the time is over first; the work's rejection passes through. */
	race<Value>(work: Promise<Value>): Promise<{ kind: "done"; value: Value } | { kind: "late" }>;
	/** Time that is left, milliseconds, as far as this clock knows. */
	leftMs(): number;
	/** Stops the clock. Must be called, also after a failure. */
	stop(): void;
}

/** Starts a clock that runs out after `timeoutMs`, or at once when `outer` aborts. */
export const startDeadline = (timeoutMs: number, outer: AbortSignal): Deadline => {
	const controller = new AbortController();
	/** Who waits now. A race leaves when its work is done, so that a body of a million chunks holds no million reactions. */
	const waiting = new Set<() => void>();
	const expire = (): void => {
		controller.abort();
		for (const tell of waiting) tell();
		waiting.clear();
	};
	const endsAtMs = Date.now() + timeoutMs;
	const timer = setTimeout(expire, timeoutMs);
	outer.addEventListener("abort", expire, { once: true });
	if (outer.aborted) expire();
	return {
		signal: controller.signal,
		race: (work) =>
			new Promise((resolve, reject) => {
				const tell = (): void => resolve({ kind: "late" });
				if (controller.signal.aborted) tell();
				else waiting.add(tell);
				work.then(
					(value) => {
						waiting.delete(tell);
						resolve({ kind: "done", value });
					},
					(cause: unknown) => {
						waiting.delete(tell);
						if (controller.signal.aborted) tell();
						else reject(cause);
					},
				);
			}),
		leftMs: () => (controller.signal.aborted ? 0 : endsAtMs - Date.now()),
		stop: () => {
			clearTimeout(timer);
			outer.removeEventListener("abort", expire);
		},
	};
};
