import { LIMITS } from "../../../contract/limits.ts";
import { liveRuns } from "./live-runs.ts";
import type { ObjectState } from "./object-state.ts";

/**
 * How many woken runs more may be executed now: no more than LIMITS.wokenRunsAtOnce, or than the agent's budget has of live runs. The others stand in line:
 * rows without a lease, of which nobody is reminded.
 */
const roomOf = (state: ObjectState): number => {
	const { live, left } = liveRuns(state);
	return Math.max(0, Math.min(LIMITS.wokenRunsAtOnce - live, left));
};

/** Whether one more woken run may be executed now. */
export const hasRoom = (state: ObjectState): boolean => roomOf(state) > 0;

/** Calls up runs that stand in line, oldest first, as many as there is room for; each gets a lease. @returns the runs to send to the queue */
export const callUp = (state: ObjectState, nowMs: number): string[] => {
	if (!state.runs.isAnyInLine()) return [];
	return state.runs.inLine(roomOf(state)).map((row) => {
		state.runs.update({ ...row, lease_expires_at_ms: nowMs + LIMITS.leaseMs, state: { ...row.state, queuedAtMs: nowMs } });
		return row.id;
	});
};
