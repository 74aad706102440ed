import type { ObjectState } from "./object-state.ts";

/** Settles what a run that ends still waits for: nobody can approve it any more. */
export const cancelApprovals = (state: ObjectState, runId: string, nowMs: number): void => {
	for (const approval of state.approvals.pendingOf(runId)) {
		state.approvals.update({ ...approval, status: "cancelled", decidedAtMs: nowMs });
		state.outbox.mark("approval", approval.id);
	}
};
