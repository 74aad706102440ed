import type { ErrorCode } from "../../../contract/errors.ts";
import type { Call } from "../../../contract/runs.ts";
import { priceOf } from "../../budgets/prices.ts";
import { addVectors, isZero, type PartialVector, type Vector } from "../../budgets/vector.ts";
import { shapesOf } from "./admit-run.ts";
import type { KeptAnswer } from "./call-rows.ts";
import { endForLeak, leakOfCode } from "./deny-leak.ts";
import { forgoJournal, growJournal, stampOf } from "./keep-answer.ts";
import type { ObjectState } from "./object-state.ts";
import { plannedStamp } from "./plan-rows.ts";
import { addCost, recordChange, recordEnd } from "./record-call.ts";
import { priceFor } from "./price-for.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { tellDenied } from "./tell-denied.ts";
import { wakeRun } from "./wake-run.ts";

/** How a call ended, from who acted. `unknown`: nobody can say whether the effect happened. */
export type CallOutcome =
	| { kind: "done"; cost: PartialVector }
	| { kind: "failed"; code: ErrorCode; message: string; cost: PartialVector }
	| { kind: "unknown"; message: string; cost: PartialVector };

export interface EndCallCommand {
	readonly callId: string;
	readonly outcome: CallOutcome;
	/** What the isolate gets, for the journal; null for `unknown`. */
	readonly answer: Omit<KeptAnswer, "atMs"> | null;
	/** Whether the program may have had some of it before. */
	readonly inParts?: boolean;
}

/** When the program gets the answer; null: the call had ended before, and nobody waits for this one. */
export type EndCallAnswer = { readonly atMs: number; readonly resume: string | null } | null;

/**
 * Settles a call's hold and records its end with its answer; a repeat changes nothing. Works after the run has ended too: what happened is recorded. A
 * call that was given up as `unknown` takes the end that comes late; of a stream whose run has ended the journal still takes the
 * parts, which its program may have had.
 */
export const endCall = (state: ObjectState, command: EndCallCommand, nowMs: number): EndCallAnswer => {
	const entry = state.calls.get(command.callId);
	const row = entry === null ? null : state.runs.get(entry.record.run);
	state.leaving.delete(command.callId);
	// Who is given up on may still be performing: what comes late of a stream is wanted.
	if (command.outcome.kind !== "unknown" || row === null || entry === null || !isStream(state, row, entry.record))
		state.performing.delete(command.callId);
	if (entry === null) return null;
	const call = entry.record;
	if (state.kin.isOpen(call.id)) {
		// What it has started is to end, and that ends the call: only then is known what it used.
		state.kin.wantEnd({ callId: call.id }, nowMs);
		return null;
	}
	const isOpen = row !== null && isLive(row);
	const isLate = isOpen && call.status === "unknown" && entry.answer === null && command.outcome.kind !== "unknown";
	if (call.status !== "started" && !isLate) {
		const { answer } = command;
		const isWanted =
			command.inParts === true && !isOpen && row !== null && call.status === "unknown" && entry.answer === null && answer !== null;
		if (isWanted && (answer.text ?? answer.key) !== null) state.calls.putAnswer(call.id, { ...answer, atMs: stampOf(row, nowMs) });
		return null;
	}
	const atMs = row === null ? nowMs : stampOf(row, nowMs, plannedStamp(state, row, entry.kind, call.nth));
	const cost = isLate ? call.cost : settleCall(state, call, command.outcome, nowMs);
	const { outcome } = command;
	const leak = outcome.kind === "failed" ? leakOfCode(outcome.code) : null;
	// What nobody can say may still be settled while the run goes on: it gets its place in the chain then.
	const record = isOpen && outcome.kind === "unknown" ? recordChange : recordEnd;
	record(state, {
		...call,
		...(leak === null ? { status: outcome.kind } : { status: "denied" as const, decision: "denied" as const }),
		error: outcome.kind === "done" ? null : { code: outcome.kind === "failed" ? outcome.code : "unknown", message: outcome.message },
		// One that is performed once more, because a person said so, costs both times.
		cost: isLate ? call.cost : sumOf(call.cost, cost),
		endedAtMs: nowMs,
	});
	keepAnswer(state, call, command.answer, atMs);
	if (!isLate) addUsage(state, call, cost);
	if (leak !== null && outcome.kind === "failed") {
		tellDenied(state, { ...call, code: outcome.code }, nowMs);
		endForLeak(state, call.run, call.grant, leak, nowMs);
	}
	return { atMs, resume: isLate && row !== null && wakeRun(state, row.id, nowMs) ? row.id : null };
};

/** Of a run that has ended the policy may be forgotten already; then nobody has kept what a stream of it would give. */
const isStream = (state: ObjectState, row: RunRow, { grant, method }: Call): boolean =>
	(isLive(row) || row.state.shapes !== null || state.facts.hasPolicy(row.state.policyVersion)) &&
	shapesOf(state, row).some(({ name, streams }) => name === grant && streams.includes(method));

const settleCall = (state: ObjectState, call: Call, outcome: CallOutcome, nowMs: number): Call["cost"] => {
	const used = { ...outcome.cost, calls: 1 };
	const row = state.runs.get(call.run);
	const usdMicros = row === null ? priceOf(used) : priceFor(state, row, used, call.verb);
	// What nobody can say the end of is charged in full; what it lent only if it came as far as starting a run: none is started after this.
	const isLent = outcome.kind === "unknown" && state.kin.child(call.id) !== null;
	const settled = state.book.settle(call.id, { ...used, usdMicros }, nowMs, isLent ? state.book.lentOf(call.id) : {});
	if (settled !== null && row !== null && !isZero(settled.lent)) {
		state.runs.update({ ...row, state: { ...row.state, lent: addVectors(row.state.lent, settled.lent) } });
	}
	return costOf(settled?.own ?? null);
};

const keepAnswer = (state: ObjectState, call: Call, answer: EndCallCommand["answer"], atMs: number): void => {
	if (answer === null) return;
	if (answer.text === null && answer.key === null) {
		forgoJournal(state, call.run);
		return;
	}
	const kept = growJournal(state, call.run, { ...answer, atMs });
	if (kept !== null) state.calls.putAnswer(call.id, kept);
};

/** What a call cost, from what was charged for it. */
export const costOf = (charged: Vector | null): Call["cost"] => ({
	calls: charged?.calls ?? 0,
	tokens: charged?.tokens ?? 0,
	egressBytes: charged?.egressBytes ?? 0,
	usdMicros: charged?.usdMicros ?? 0,
});

const sumOf = (one: Call["cost"], other: Call["cost"]): Call["cost"] => ({
	calls: one.calls + other.calls,
	tokens: one.tokens + other.tokens,
	egressBytes: one.egressBytes + other.egressBytes,
	usdMicros: one.usdMicros + other.usdMicros,
});

/** Ends a call whose end nobody will tell any more: `unknown`, and charged with all that is held for it. */
export const abandonCall = (state: ObjectState, callId: string, message: string, nowMs: number): void => {
	endCall(state, { callId, outcome: { kind: "unknown", message, cost: state.book.amountOf(callId) ?? {} }, answer: null }, nowMs);
};

/**
 * Ends what is open of a run that ends, in the step that settles it: calls under way are `unknown`, since the way on which they are performed is closed;
 * calls that wait for a person are denied. @returns the run's row as it is then.
 */
export const closeCalls = (state: ObjectState, row: RunRow, nowMs: number): RunRow => {
	const message = "Ending a call: its run ended while it was under way; nobody can say whether it happened";
	for (const { record } of state.calls.inFlight(row.id)) abandonCall(state, record.id, message, nowMs);
	for (const id of state.calls.unknownOf(row.id)) {
		const record = state.calls.line(id)?.record;
		if (record !== undefined && record.entry === null) recordEnd(state, record);
	}
	closeWaiting(state, row.id, nowMs);
	return state.runs.get(row.id) ?? row;
};

/** Calls of an ended run that wait for a person wait no longer. Those that wait for a run end with it. */
export const closeWaiting = (state: ObjectState, runId: string, nowMs: number): void => {
	for (const { record } of state.calls.waiting(runId)) {
		if (state.kin.isOpen(record.id)) continue;
		const error = { code: "run_ended", message: "Waiting for a person: the run ended before the call was performed" };
		recordEnd(state, { ...record, decision: "denied", status: "denied", error, endedAtMs: nowMs });
	}
};

const addUsage = (state: ObjectState, { run: runId, grant }: Call, cost: Call["cost"]): void => {
	const row = state.runs.get(runId);
	if (row === null) return;
	const { usage, tokensByGrant } = row.state;
	const tokens = { ...tokensByGrant, [grant]: (tokensByGrant[grant] ?? 0) + cost.tokens };
	state.runs.update({ ...row, state: { ...row.state, usage: addCost(usage, cost), tokensByGrant: tokens } });
	state.outbox.mark("run", runId);
};
