import { LIMITS } from "../../../contract/limits.ts";
import type { BeginCallAnswer } from "./begin-call.ts";
import { refuseSpentCalls } from "./refuse-crowd.ts";
import type { CallRow } from "./call-rows.ts";
import { keepArguments } from "./keep-answer.ts";
import type { ObjectState } from "./object-state.ts";
import { type Draft, entryOf, newRecord } from "./record-call.ts";
import type { RunRow } from "./run-rows.ts";

/** No answer will come. The harness, which knows what its program still waits for, ends the replay where that is nothing else. */
export const NEVER: BeginCallAnswer = { kind: "never" };

/** The rule of a call that a replay asked for and that the recorded run has not made. */
const UNKNOWN = "not recorded";

/**
 * A call of a replay: it gets the recorded answer, whatever today's policy says. One that the recorded run was not answered, and one that it did not make, get
 * none, and are told so. Nothing is decided, nothing performed.
 */
export const replayCall = (state: ObjectState, draft: Draft, nowMs: number): BeginCallAnswer => {
	const { row } = draft;
	const entry = state.calls.asked(row.id, draft.kind, draft.place, row.attempt);
	if (entry !== null) {
		state.calls.see(entry.record.id, row.attempt, draft.place);
		return recordedAnswer(row, entry) ?? NEVER;
	}
	const refused = refuseSpentCalls(row, draft.grant);
	const held = noteUnknown(state, draft, nowMs);
	return refused ?? held;
};

/** The answer that a journal has for a call; null where it has none. */
export const recordedAnswer = (row: RunRow, { record, answer }: CallRow): BeginCallAnswer | null => {
	if (answer === null || (answer.text === null && answer.key === null)) return null;
	const streams = row.state.shapes?.find(({ name }) => name === record.grant)?.streams.includes(record.method) ?? false;
	return answer.key === null
		? { kind: "answer", text: answer.text ?? "", atMs: answer.atMs, streams }
		: { kind: "stored", key: answer.key, last: answer.text, atMs: answer.atMs, streams };
};

/** A call that the recorded run has not made, or that its limit of calls refused: kept to be shown beside the recorded ones, of those past the limit the first. */
const noteUnknown = (state: ObjectState, draft: Draft, nowMs: number): BeginCallAnswer => {
	const row = state.runs.get(draft.row.id) ?? draft.row;
	const fate = { decision: "denied" as const, rule: UNKNOWN, status: "denied" as const };
	const record = newRecord(state, { ...draft, row }, fate, nowMs);
	state.runs.update({ ...row, state: { ...row.state, callCount: row.state.callCount + 1 } });
	const isKept = row.state.callCount < row.state.limits.calls + LIMITS.replayRefusedCalls;
	if (isKept) {
		const args = keepArguments(state, row.id, draft.argsText, "shown");
		state.calls.insert(record, { ...entryOf(draft, true, null), args }, state.runs.nextChange(row.id));
	}
	return NEVER;
};

/** What a replay asked for, to be compared with what its journal has. */
export interface ReplayTrace {
	/** How many calls its program made, by the isolate's word; null: nobody told, as of a replay that was stopped. */
	readonly places: number | null;
	/** How many of them could be sent, likewise. */
	readonly sent: number | null;
	/** How many calls came: the recorded ones, and those of `unknown` with what was not kept of calls past the limit. */
	readonly seen: number;
	/** Recorded calls that it asked for: `asked` is their place in it. */
	readonly asked: readonly { readonly seq: number; readonly place: number }[];
	/** Calls that are not recorded. */
	readonly unknown: readonly { readonly place: number; readonly grant: string; readonly method: string; readonly args: string | null }[];
}

/** Forgets a replay, whatever became of it, with what it holds. Null: there is none of that id. */
export const forgetReplay = (state: ObjectState, runId: string, nowMs: number): ReplayTrace | null => {
	const row = state.runs.get(runId);
	if (row === null || row.state.mode !== "replay") return null;
	const journal = state.calls.journal(runId);
	const unknown = journal.filter(({ record }) => record.rule === UNKNOWN);
	const asked = journal.filter(({ record, seen }) => record.rule !== UNKNOWN && seen > 0);
	const recorded = journal.length - unknown.length;
	state.book.settle(runId, {}, nowMs);
	state.runs.drop(runId);
	return {
		places: row.state.places,
		sent: row.state.sent,
		seen: asked.length + row.state.callCount - recorded,
		asked: asked.map(({ record, asked }) => ({ seq: record.seq, place: asked })),
		unknown: unknown.map(({ record, args, place }) => ({ place, grant: record.grant, method: record.method, args })),
	};
};
