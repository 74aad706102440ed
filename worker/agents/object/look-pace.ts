import { LIMITS } from "../../../contract/limits.ts";

/** Who may look when: each look that was told something takes a place in one row, so that many readers look less often each and together no more than a few. */
export class LookPace {
	#nextAtMs = 0;

	/** How long the reader that was just told something rests before it looks again, milliseconds. */
	restMs(nowMs: number): number {
		this.#nextAtMs = Math.max(this.#nextAtMs, nowMs) + LIMITS.eventsLookEveryMs;
		return Math.max(LIMITS.eventsRestMs, this.#nextAtMs - nowMs);
	}
}
