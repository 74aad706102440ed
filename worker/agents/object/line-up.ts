import { LIMITS } from "../../../contract/limits.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import { liveRuns } from "./live-runs.ts";
import type { ObjectState } from "./object-state.ts";

/**
 * How many runs of the line may be executed now: no more than LIMITS.wokenRunsAtOnce, or than the agent's budget has of live runs. The others stand in line:
 * rows without a lease, of which nobody is reminded. In the line stand runs that were woken, and runs that triggers and schedules have started.
 */
const roomOf = (state: ObjectState): number => {
	const { live, left } = liveRuns(state);
	return Math.max(0, Math.min(LIMITS.wokenRunsAtOnce - live, left));
};

/** Why no run is taken into the line; null: it has room. */
export const refuseFullLine = (state: ObjectState): RefusedAnswer | null => {
	const standing = state.runs.countInLine();
	const isFull = standing >= LIMITS.lineRuns || state.sql.databaseSize >= LIMITS.lineObjectBytes;
	if (!isFull) return null;
	const message = `Starting a run: ${standing} runs of the agent wait for their turn, wanted fewer`;
	return refuse("queue_full", message, { retryAfterSeconds: LIMITS.lineRetrySeconds });
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
