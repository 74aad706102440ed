import { LIMITS } from "../../contract/limits.ts";

/** What is known of a warm isolate outside it: how much it has been used, and whether its last run lets another have it. Kept by whoever makes isolates. */
export class WarmIsolate {
	/** Under which it is loaded and entered. No other isolate has it, and nothing in it is told. */
	readonly id: string;
	readonly #madeMs: number;
	#runs = 0;
	#usedMs: number;
	/** The run that had it last, as long as nobody has said that its isolate may be used again; null: it may. */
	#lastRunId: string | null = null;

	/** @param name which runs may share it. @param nowMs of any clock that does not go back */
	constructor(name: string, nowMs: number) {
		this.id = `${name}.${crypto.randomUUID()}`;
		this.#madeMs = nowMs;
		this.#usedMs = nowMs;
	}

	/** `free` for the next run; `waiting` for word of its last run; `used_up`: nothing runs in it any more. */
	stateAt(nowMs: number): "free" | "waiting" | "used_up" {
		if (this.#lastRunId !== null) return nowMs - this.#usedMs < LIMITS.warmCoolMs ? "waiting" : "used_up";
		return this.#runs >= LIMITS.warmRuns || nowMs - this.#madeMs >= LIMITS.warmMs ? "used_up" : "free";
	}

	/** Whether word of its last run is worth a short wait: it has come of every run before. */
	get isProven(): boolean {
		return this.#runs > 1;
	}

	/** A run has it now. @throws Error when it is not free: a bug of whoever chose it. */
	use(runId: string, nowMs: number): void {
		if (this.stateAt(nowMs) !== "free") throw new Error("Using a warm isolate: it is not free, wanted a free one.");
		this.#runs += 1;
		this.#lastRunId = runId;
		this.#usedMs = nowMs;
	}

	/** The run has ended, and leaves nothing in it that another may not find. @returns whether it was this isolate's last run */
	keep(runId: string): boolean {
		if (this.#lastRunId !== runId) return false;
		this.#lastRunId = null;
		return true;
	}
}
