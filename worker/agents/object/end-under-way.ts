import type { RunError, RunStatus } from "../../../contract/runs.ts";
import { cancelApprovals } from "./cancel-approvals.ts";
import { closeWaiting } from "./end-call.ts";
import { endRow } from "./finish-run.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/**
 * Ends a run while its attempt is under way: no call begins after this step, nobody is asked any more, and runs that it has started are told to end. What it used is settled when its executor tells, or
 * when its lease is over.
 */
export const endUnderWay = (state: ObjectState, row: RunRow, status: RunStatus, error: RunError, nowMs: number): void => {
	cancelApprovals(state, row.id, nowMs);
	closeWaiting(state, row.id, nowMs);
	state.runs.update(endRow(state.runs.get(row.id) ?? row, status, error, nowMs));
	state.outbox.mark("run", row.id);
	state.kin.wantEnd({ runId: row.id }, nowMs);
};
