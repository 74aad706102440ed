import type { ErrorCode } from "../../../contract/errors.ts";
import type { Call } from "../../../contract/runs.ts";
import { priceOf } from "../../budgets/prices.ts";
import type { PartialVector, Vector } from "../../budgets/vector.ts";
import type { ObjectState } from "./object-state.ts";
import { addCost, recordEnd } from "./record-call.ts";
import type { RunRow } from "./run-rows.ts";

/** How a call ended, from who acted. `unknown`: nobody can say whether the effect happened. */
export type CallOutcome =
	| { kind: "done"; cost: PartialVector }
	| { kind: "failed"; code: ErrorCode; message: string; cost: PartialVector }
	| { kind: "unknown"; message: string; cost: PartialVector };

export interface EndCallCommand {
	readonly callId: string;
	readonly outcome: CallOutcome;
}

/** Settles a call's hold and records its end; a repeat changes nothing. Works after the run has ended too: what happened is recorded. */
export const endCall = (state: ObjectState, command: EndCallCommand, nowMs: number): void => {
	const call = state.calls.get(command.callId)?.record;
	if (call === undefined || call.status !== "started") return;
	const { outcome } = command;
	const used = { ...outcome.cost, calls: 1 };
	const charged = state.book.settle(command.callId, { ...used, usdMicros: priceOf(used) }, nowMs);
	const cost = costOf(charged);
	recordEnd(state, {
		...call,
		status: outcome.kind,
		error: outcome.kind === "done" ? null : { code: outcome.kind === "failed" ? outcome.code : "unknown", message: outcome.message },
		cost,
		endedAtMs: nowMs,
	});
	addUsage(state, call, cost);
};

/** What a call cost, from what was charged for it. */
export const costOf = (charged: Vector | null): Call["cost"] => ({
	calls: 1,
	tokens: charged?.tokens ?? 0,
	egressBytes: charged?.egressBytes ?? 0,
	usdMicros: charged?.usdMicros ?? 0,
});

/** Ends a call whose end nobody will tell any more: `unknown`, and charged with all that is held for it. */
export const abandonCall = (state: ObjectState, callId: string, message: string, nowMs: number): void =>
	endCall(state, { callId, outcome: { kind: "unknown", message, cost: state.book.amountOf(callId) ?? {} } }, nowMs);

/**
 * Abandons the calls of a run that are still under way, in the step that settles it: its executor is closed, and with it the way on which they are
 * performed. @returns the run's row as it is then.
 */
export const abandonCalls = (state: ObjectState, row: RunRow, nowMs: number): RunRow => {
	const message = "Ending a call: its run ended while it was under way; nobody can say whether it happened";
	for (const call of state.calls.inFlight(row.id)) abandonCall(state, call.id, message, nowMs);
	return state.runs.get(row.id) ?? row;
};

const addUsage = (state: ObjectState, { run: runId, grant }: Call, cost: Call["cost"]): void => {
	const row = state.runs.get(runId);
	if (row === null) return;
	const { usage, tokensByGrant } = row.state;
	const tokens = { ...tokensByGrant, [grant]: (tokensByGrant[grant] ?? 0) + cost.tokens };
	state.runs.update({ ...row, state: { ...row.state, usage: addCost(usage, cost), tokensByGrant: tokens } });
	state.outbox.mark("run", runId);
};
