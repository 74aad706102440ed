import { WarmIsolate } from "./warm-isolate.ts";

/** The warm isolates of one executor process or of one Worker, by the name that says which runs may share one. No two runs have one at a time. */
export class WarmIsolates {
	readonly #most: number;
	readonly #whenFull: "makes_none" | "forgets_oldest";
	/** The one that was used least lately first. */
	readonly #byName = new Map<string, WarmIsolate>();
	/** Isolates that take up room. */
	#made = 0;

	/**
	 * @param most isolates that there are room for
	 * @param whenFull `makes_none`: an isolate stays in its process as long as that lives, so those that are used up count as well; `forgets_oldest`: whoever
	 * loads them loses those that nobody uses, and nothing runs any more in the one that was used least lately
	 */
	constructor(most: number, whenFull: "makes_none" | "forgets_oldest" = "makes_none") {
		this.#most = most;
		this.#whenFull = whenFull;
	}

	get hasRoom(): boolean {
		return this.#made < this.#most;
	}

	/** Of the isolate of a name; `none` when there is none. */
	stateOf(name: string, nowMs: number): ReturnType<WarmIsolate["stateAt"]> | "none" {
		return this.#byName.get(name)?.stateAt(nowMs) ?? "none";
	}

	/** Whether the isolate of a name is worth a short wait for word of its last run. */
	isProven(name: string): boolean {
		return this.#byName.get(name)?.isProven ?? false;
	}

	/** The id of the isolate that a run has: another's before it, or a new one. Null: none, it has a fresh one. */
	take(name: string, runId: string, nowMs: number): string | null {
		const known = this.#byName.get(name);
		const state = known?.stateAt(nowMs) ?? "used_up";
		if (state === "waiting" || (state === "used_up" && !this.#makeRoom())) return null;
		const isolate = known === undefined || state === "used_up" ? this.#make(name, nowMs) : known;
		this.#byName.delete(name);
		this.#byName.set(name, isolate);
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

	#makeRoom(): boolean {
		if (this.hasRoom || this.#whenFull === "makes_none") return this.hasRoom;
		const [oldest] = this.#byName.keys();
		if (oldest !== undefined) this.#byName.delete(oldest);
		this.#made = this.#byName.size;
		return true;
	}

	#make(name: string, nowMs: number): WarmIsolate {
		this.#made += 1;
		return new WarmIsolate(name, nowMs);
	}
}
