import { isCalling } from "./begin-call.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive } from "./run-rows.ts";

/** A streamed call that nobody reads any more. */
export interface LeftCall {
	readonly runId: string;
	readonly attempt: number;
	readonly callId: string;
	/** When its first part went out; null: none did. */
	readonly firstPartAtMs: number | null;
}

/**
 * `again`: its attempt died, and the next one performs it from its beginning. `cut`: its attempt died after the run had made calls that may rest on its parts:
 * it ends with those, and an error. `over`: its program left it, or its run has ended. `unsure`: its attempt goes on so far.
 */
export type LeftCallFate = "again" | "cut" | "over" | "unsure";

export const leaveCall = (state: ObjectState, { runId, attempt, callId, firstPartAtMs }: LeftCall): LeftCallFate => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row)) return "over";
	if (isCalling(row, attempt)) {
		state.leaving.set(callId, runId);
		return "unsure";
	}
	const isRestedOn = firstPartAtMs !== null && state.calls.isAnyBegunSince(runId, callId, firstPartAtMs);
	if (!isRestedOn) state.performing.delete(callId);
	return isRestedOn ? "cut" : "again";
};
