import { LIMITS } from "../../../contract/limits.ts";
import { type BeginCallAnswer, refusal } from "./begin-call.ts";
import { forgoJournal } from "./keep-answer.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** Calls past the run's limits: of all its calls, and of those under way at once. Null: it may be made. */
export const refuseCrowd = (state: ObjectState, row: RunRow, grant: string): BeginCallAnswer | null => {
	const spent = refuseSpentCalls(row, grant);
	if (spent !== null || underWay(state, row.id) < LIMITS.callsInFlightPerRun) return spent;
	// Whether a call comes too early is a matter of time, which no journal has: the harness sends fewer at once.
	forgoJournal(state, row.id);
	return refusal(
		"calls_exceeded",
		`Calling env.${grant}: ${LIMITS.callsInFlightPerRun} calls are under way, the most at once; await some first`,
	);
};

/** A call past all those that the run may make. It is recorded nowhere: a replay refuses it in the same words. */
export const refuseSpentCalls = (row: RunRow, grant: string): BeginCallAnswer | null =>
	row.state.callCount >= row.state.limits.calls
		? refusal("calls_exceeded", `Calling env.${grant}: the run has made ${row.state.limits.calls} calls, its limit`)
		: null;

const underWay = (state: ObjectState, runId: string): number => {
	const left = [...state.leaving.values()].filter((owner) => owner === runId).length;
	return state.calls.countInFlight(runId) + state.calls.countWaiting(runId) - left;
};
