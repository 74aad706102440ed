import type { ErrorCode } from "../../../contract/errors.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";
import { growJournal, stampOf } from "./keep-answer.ts";
import type { ObjectState } from "./object-state.ts";
import { recordEnd } from "./record-call.ts";

/**
 * How a call ends that nobody performs: a person said no, or said what the program gets. `value` is a host value; `isResponse`: of http.fetch, a `$response`.
 * `rule`: what the ledger names for it; left out: what asked.
 */
export type GivenEnd = { readonly rule?: string } & (
	| { kind: "failed"; code: ErrorCode; message: string; hint?: string; details?: Record<string, unknown> }
	| { kind: "done"; value: unknown; isResponse?: boolean }
);

/** Records the end of a call that waits for a person, or of which nobody could say whether it happened. */
export const answerWaitingCall = (state: ObjectState, callId: string, end: GivenEnd, nowMs: number): void => {
	const entry = state.calls.get(callId);
	const row = entry === null ? null : state.runs.get(entry.record.run);
	if (entry === null || row === null) return;
	const { record } = entry;
	const text =
		end.kind === "done" ? valueText(end.value, end.isResponse === true) : errorText(end.code, end.message, end.hint, end.details);
	const wasAsked = record.status === "waiting";
	recordEnd(state, {
		...record,
		rule: end.rule ?? record.rule,
		decision: wasAsked && end.kind === "failed" ? "denied" : record.decision,
		status: end.kind === "done" ? "done" : wasAsked ? "denied" : "failed",
		error: end.kind === "done" ? null : { code: end.code, message: end.message },
		endedAtMs: nowMs,
	});
	const kept = growJournal(state, row.id, { text, key: null, atMs: stampOf(row, nowMs) });
	if (kept !== null) state.calls.putAnswer(callId, kept);
};
