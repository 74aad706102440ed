import { LIMITS } from "../../../contract/limits.ts";
import { hasRoom } from "./line-up.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive, isParked } from "./run-rows.ts";

/**
 * Something that a parked run waits for has come: it goes back to the queue, with a lease that brings it up if nobody executes it, or into
 * the line if as many as may are executed already. A run whose attempt is
 * still closing is woken when it has closed.
 * @returns whether the caller should execute it now
 */
export const wakeRun = (state: ObjectState, runId: string, nowMs: number): boolean => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row) || row.status !== "waiting_approval") return false;
	if (state.calls.unknownOf(runId).length > 0) return false;
	if (!isParked(row)) {
		state.runs.update({ ...row, state: { ...row.state, woken: true } });
		return false;
	}
	const isNext = hasRoom(state);
	state.runs.update({
		...row,
		status: "queued",
		lease_expires_at_ms: isNext ? nowMs + LIMITS.leaseMs : null,
		state: { ...row.state, queuedAtMs: nowMs },
	});
	state.outbox.mark("run", runId);
	return isNext;
};
