import type { Run } from "../../../contract/runs.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { addVectors, type PartialVector, type Vector } from "../../budgets/vector.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";
import { costOf } from "./end-call.ts";
import { growJournal, stampOf } from "./keep-answer.ts";
import type { KeptAnswer } from "./call-rows.ts";
import type { ChildRow } from "./kin-rows.ts";
import type { ObjectState } from "./object-state.ts";
import { plannedStamp } from "./plan-rows.ts";
import { priceFor } from "./price-for.ts";
import { addCost, recordEnd } from "./record-call.ts";
import { isLive } from "./run-rows.ts";
import { wakeRun } from "./wake-run.ts";

/** How a run ended that a call started, with all below it, as its agent's object tells it. */
export interface ChildReport {
	readonly callId: string;
	readonly runId: string;
	readonly status: Run["status"];
	readonly result: Run["result"];
	readonly error: Pick<NonNullable<Run["error"]>, "code" | "message" | "hint"> | null;
	/** What the run used, with all below it. */
	readonly used: Vector;
	readonly labels: readonly string[];
}

/**
 * Ends a call with the run that it started: what that one really used is settled and the rest given back, its labels stick, and its end is the call's answer.
 * Works after this run has ended too; a repeat changes nothing.
 * @param answer what the program gets, or where the store has it
 * @returns the run that the caller should send to the queue, since it waited for this; null: none
 */
export const childEnded = (state: ObjectState, report: ChildReport, answer: Kept, nowMs: number): string | null => {
	const child = state.kin.child(report.callId);
	if (child === null || child.status === "ended" || child.child_run_id !== report.runId) return null;
	return close(state, child, { used: report.used, labels: report.labels, fate: { status: "done", error: null }, answer }, nowMs);
};

/** No run was admitted for the call, and none will be. A repeat changes nothing. */
export const childNotStarted = (state: ObjectState, callId: string, nowMs: number): string | null => {
	const child = state.kin.child(callId);
	if (child === null || child.status === "ended") return null;
	const error = {
		code: "cancelled" as const,
		message: "Starting a run: it was given up before the run was admitted, and nothing was started",
	};
	const answer = { text: errorText(error.code, error.message), key: null };
	return close(state, child, { used: {}, labels: [], fate: { status: "failed", error }, answer }, nowMs);
};

/** Nobody has told for too long what a run used: all that was lent to it is charged. */
export const giveUpChild = (state: ObjectState, child: ChildRow, nowMs: number): void => {
	const error = {
		code: "unknown",
		message: "Ending a call: nobody told what the run used that it started; all that was lent to it is charged",
	};
	close(state, child, { used: state.book.lentOf(child.call_id), labels: [], fate: { status: "unknown", error }, answer: null }, nowMs);
};

type Kept = Omit<KeptAnswer, "atMs">;

interface End {
	readonly used: PartialVector;
	readonly labels: readonly string[];
	readonly fate: { readonly status: "done" | "failed" | "unknown"; readonly error: { code: string; message: string } | null };
	/** Null: nobody waits for one. */
	readonly answer: Kept | null;
}

const close = (state: ObjectState, { call_id, run_id }: ChildRow, { used, labels, fate, answer }: End, nowMs: number): string | null => {
	state.kin.end(call_id);
	const entry = state.calls.line(call_id);
	const row = state.runs.get(run_id);
	if (entry === null || row === null) {
		state.book.settle(call_id, { calls: 1 }, nowMs, used);
		return null;
	}
	const { record } = entry;
	const own = { calls: 1, usdMicros: priceFor(state, row, { calls: 1 }, record.verb) };
	const settled = state.book.settle(call_id, own, nowMs, used);
	const cost = costOf(settled?.own ?? null);
	const { usage, lent } = row.state;
	state.runs.update({
		...row,
		state: {
			...row.state,
			usage: addCost(usage, cost),
			lent: addVectors(lent, settled?.lent ?? {}),
			labels: [...new Set([...row.state.labels, ...labels])],
		},
	});
	state.outbox.mark("run", row.id);
	recordEnd(state, { ...record, ...fate, cost, endedAtMs: nowMs });
	if (!isLive(row)) {
		tellIfOver(state, row.id, nowMs);
		return null;
	}
	if (answer !== null) {
		const atMs = stampOf(row, nowMs, plannedStamp(state, row, entry.kind, record.nth));
		const kept = growJournal(state, row.id, { ...answer, atMs });
		if (kept !== null) state.calls.putAnswer(call_id, kept);
	}
	return wakeRun(state, row.id, nowMs) ? row.id : null;
};

/** Text of what the program gets: the run's end as data, whatever it came to. */
export const answerOf = ({ runId, status, result, error, used, labels }: ChildReport): string => {
	const decoded = decodeValue(JSON.stringify(result));
	return valueText(
		{ id: runId, status, result: decoded.kind === "decoded" ? decoded.value : null, error, usage: used, labels: [...labels] },
		false,
	);
};

/** Has the end of a run told to the one that started it, once everything below it has been settled. */
export const tellIfOver = (state: ObjectState, runId: string, nowMs: number): void => {
	const row = state.runs.get(runId);
	if (row === null || row.state.parent === null || isLive(row) || row.settled === 0 || state.kin.isAnyOpen(runId)) return;
	state.kin.wantTelling(runId, nowMs);
};

/** What is to be told of a run to the one that started it; null: it is not over with all below it. */
export const reportOf = (state: ObjectState, runId: string): ChildReport | null => {
	const row = state.runs.get(runId);
	if (row === null || row.state.parent === null || isLive(row) || row.settled === 0 || state.kin.isAnyOpen(runId)) return null;
	const { parent, usage, lent, error, labels } = row.state;
	return {
		callId: parent.callId,
		runId,
		status: row.status,
		result: row.result,
		error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
		used: addVectors({ ...usage, runs: 1 }, lent),
		labels,
	};
};
