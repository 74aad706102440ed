import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/**
 * Whether a run that waits may go on waiting without its isolate: it has waited inline as long as its caller does, nothing else of it is under way, and its
 * last call is long enough ago that calls made together have all been asked about. What has been decided and not been told yet is about to be asked for, and
 * so is every call that an attempt before has made: parked before its program came to an approved one, a run would sleep on it.
 */
export const mayPark = (state: ObjectState, row: RunRow, nowMs: number): boolean =>
	parkableInMs(row, nowMs) === 0 &&
	state.calls.countInFlight(row.id) === 0 &&
	!isAnyDecided(state, row.id) &&
	!state.calls.hasUnseen(row.id, row.attempt);

const isAnyDecided = (state: ObjectState, runId: string): boolean =>
	[...state.awaited.of(runId)].some((callId) => {
		const status = state.calls.line(callId)?.record.status;
		if (status === "waiting") return state.approvals.statusOf(callId) === "approved" && !state.kin.isOpen(callId);
		return status !== "unknown" && status !== undefined;
	});

/** Notes whether whoever asked for a call was told to wait: then it asks again. */
export const noteAwaited = (state: ObjectState, runId: string, callId: string, isAwaited: boolean): void => {
	if (isAwaited) state.awaited.add(runId, callId);
	else state.awaited.remove(runId, callId);
};

/** How long a run that waits keeps its isolate at least, milliseconds from now. */
export const parkableInMs = (row: RunRow, nowMs: number): number => {
	const waitsMs = row.attempt === 1 ? Math.max(LIMITS.approvalGatherMs, row.state.inlineMs) : LIMITS.approvalAgainMs;
	const waitedMs = nowMs - row.state.lastCallAtMs;
	// A clock that was put back says nothing of how long it was.
	return waitedMs < 0 ? 0 : Math.max(0, waitsMs - waitedMs);
};

/** The run waits for a person, or for runs that it has started, and its isolate is given up: no call is taken of this attempt any more. Its end gives back what the run holds. */
export const parkRun = (state: ObjectState, row: RunRow, nowMs: number): void => {
	state.runs.update({ ...row, status: "waiting_approval", lease_expires_at_ms: nowMs + LIMITS.leaseMs });
	state.outbox.mark("run", row.id);
};
