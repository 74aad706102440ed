import { type Run, runError } from "../../../contract/runs.ts";
import { describe } from "./admit-run.ts";
import { abandonCalls } from "./end-call.ts";
import { endRow, settleRun } from "./finish-run.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive, type RunRow } from "./run-rows.ts";

/** Ends a run as cancelled: no call begins after this step. What it used is settled when its executor tells, or when its lease is over. */
export const cancelRun = (state: ObjectState, runId: string, why: string, nowMs: number): Run | null => {
	const configuration = state.facts.configuration();
	const row = state.runs.get(runId);
	if (configuration === null || row === null) return null;
	if (isLive(row)) {
		const ended = endRow(row, "cancelled", runError("cancelled", why), nowMs);
		if (row.claimed === 1) {
			state.runs.update(ended);
			state.outbox.mark("run", row.id);
		} else {
			settleRun(state, ended, { cpuMs: 0, wallMs: 0 }, nowMs);
		}
	}
	const now = state.runs.get(runId);
	return now === null ? null : describe(state, configuration.agentId, now);
};

/** Ends every live run. @returns the runs ended, and the calls that were under way. */
export const cancelAll = (state: ObjectState, why: string, nowMs: number): { cancelledRuns: string[]; callsInFlight: string[] } => {
	const live = state.runs.live();
	const callsInFlight = live.flatMap((row) => state.calls.inFlight(row.id).map((call) => call.id));
	for (const row of live) cancelRun(state, row.id, why, nowMs);
	return { cancelledRuns: live.map((row) => row.id), callsInFlight };
};

/** Ends a run whose executor is gone. Nobody can say what CPU it used: it is charged for the run alone. A settled run stays as it is. */
export const interruptRun = (state: ObjectState, row: RunRow, nowMs: number): void => {
	if (row.settled === 1) return;
	const error = runError("interrupted", "Executing the run: what executed it died before the run had ended");
	const closed = abandonCalls(state, row, nowMs);
	settleRun(state, isLive(closed) ? endRow(closed, "failed", error, nowMs) : closed, { cpuMs: 0, wallMs: 0 }, nowMs);
};
