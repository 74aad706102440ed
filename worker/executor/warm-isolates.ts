import { WarmIsolate } from "./warm-isolate.ts";

/** The warm isolates of one executor process or of one Worker, by the name that says which runs may share one. No two runs have one at a time. */
export class WarmIsolates {
	readonly #most: number;
	readonly #byName = new Map<string, WarmIsolate>();
	#made = 0;

	/** @param most isolates that are made in all, those that are used up included */
	constructor(most: number) {
		this.#most = most;
	}

	get hasRoom(): boolean {
		return this.#made < this.#most;
	}

	/** Whether a run can have the isolate of a name that another has had. */
	isFree(name: string, nowMs: number): boolean {
		return this.#byName.get(name)?.stateAt(nowMs) === "free";
	}

	/** The id of the isolate that a run has: another's before it, or a new one. Null: none, it has a fresh one. */
	take(name: string, runId: string, nowMs: number): string | null {
		const known = this.#byName.get(name);
		const state = known?.stateAt(nowMs) ?? "used_up";
		if (state === "waiting" || (state === "used_up" && !this.hasRoom)) return null;
		const isolate = known === undefined || state === "used_up" ? this.#make(name, nowMs) : known;
		isolate.use(runId, nowMs);
		return isolate.id;
	}

	/** The next run may have what this one had; nothing when it had none of these. */
	keep(runId: string): void {
		for (const isolate of this.#byName.values()) if (isolate.keep(runId)) return;
	}

	/** Whether no more can be made, and some of those that were are used up. */
	isSpent(nowMs: number): boolean {
		if (this.hasRoom) return false;
		return this.#byName.size < this.#made || [...this.#byName.values()].some((isolate) => isolate.stateAt(nowMs) === "used_up");
	}

	#make(name: string, nowMs: number): WarmIsolate {
		const made = new WarmIsolate(name, nowMs);
		this.#byName.set(name, made);
		this.#made += 1;
		return made;
	}
}
