import { type Run, runError } from "../../../contract/runs.ts";
import { describe } from "./describe-run.ts";
import { closeCalls } from "./end-call.ts";
import { endUnderWay } from "./end-under-way.ts";
import { endRow, settleRun } from "./finish-run.ts";
import { loseAttempt } from "./lose-attempt.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive, type RunRow } from "./run-rows.ts";

/** Ends a run as cancelled: no call begins after this step. What it used is settled when its executor tells, or when its lease is over. */
export const cancelRun = (state: ObjectState, runId: string, why: string, nowMs: number): Run | null => {
	const configuration = state.facts.configuration();
	const row = state.runs.get(runId);
	if (configuration === null || row === null) return null;
	if (isLive(row)) {
		const error = runError("cancelled", why);
		if (row.claimed === 1) {
			endUnderWay(state, row, "cancelled", error, nowMs);
		} else {
			settleRun(state, endRow(closeCalls(state, row, nowMs), "cancelled", error, nowMs), { cpuMs: 0, wallMs: 0 }, nowMs);
		}
	}
	const now = state.runs.get(runId);
	return now === null ? null : describe(state, configuration.agentId, now);
};

/** Ends an attempt whose executor is gone, for good or to be made again. Nobody can say what CPU it used: it is charged for the run alone. A settled run stays as it is. */
export const interruptRun = (state: ObjectState, row: RunRow, nowMs: number): "again" | "later" | "parked" | "ended" => {
	if (row.settled === 1) return "ended";
	const error = runError("interrupted", "Executing the run: what executed it died before the run had ended");
	const end = { status: "failed" as const, error, cpuMs: 0, wallMs: 0 };
	if (isLive(row)) return loseAttempt(state, row, end, nowMs);
	settleRun(state, closeCalls(state, row, nowMs), end, nowMs);
	return "ended";
};
