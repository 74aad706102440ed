import { type ChildReport, reportOf } from "./child-ended.ts";
import type { ObjectState } from "./object-state.ts";
import { isLive } from "./run-rows.ts";
import { cancelRun } from "./stop-runs.ts";

/** `none`: it was never admitted, and will not be. `ending`: its end will be told. */
export type EndChildAnswer =
	| { readonly kind: "none" }
	| { readonly kind: "ending"; readonly isStopped: boolean }
	| { readonly kind: "over"; readonly report: ChildReport };

/** Ends a run because the one that started it has ended; one that is still to come is refused when it does. */
export const endChild = (state: ObjectState, runId: string, nowMs: number): EndChildAnswer => {
	const row = state.runs.get(runId);
	if (row === null) {
		state.kin.cancelAhead(runId, nowMs);
		return { kind: "none" };
	}
	const isStopped = isLive(row);
	if (isStopped) cancelRun(state, runId, "The run that started it has ended", nowMs);
	const report = reportOf(state, runId);
	return report === null ? { kind: "ending", isStopped } : { kind: "over", report };
};
