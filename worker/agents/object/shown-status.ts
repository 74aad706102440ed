import type { RunStatus } from "../../../contract/runs.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive, type RunRow } from "./run-rows.ts";

/** A run's status as it is shown: one that waits for nobody but runs that it has started goes on, in them. */
export const shownStatus = (state: ObjectState, row: RunRow): RunStatus => {
	if (row.status !== "waiting_approval" || !isLive(row) || !state.kin.isAnyOpen(row.id)) return row.status;
	return state.approvals.pendingOf(row.id).length === 0 && state.calls.unknownOf(row.id).length === 0 ? "running" : row.status;
};
