import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";

/** Whether one more woken run may be executed now. Past LIMITS.wokenRunsAtOnce they stand in line: rows without a lease, of which nobody is reminded. */
export const hasRoom = (state: ObjectState): boolean => state.runs.countLive() < LIMITS.wokenRunsAtOnce;

/** Calls up runs that stand in line, oldest first, as many as there is room for; each gets a lease. @returns the runs to send to the queue */
export const callUp = (state: ObjectState, nowMs: number): string[] => {
	if (!state.runs.isAnyInLine()) return [];
	const room = LIMITS.wokenRunsAtOnce - state.runs.countLive();
	return state.runs.inLine(Math.max(0, room)).map((row) => {
		state.runs.update({ ...row, lease_expires_at_ms: nowMs + LIMITS.leaseMs, state: { ...row.state, queuedAtMs: nowMs } });
		return row.id;
	});
};
