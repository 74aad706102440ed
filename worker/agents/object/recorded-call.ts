import { locatorOf } from "../../../contract/ids.ts";
import type { Call } from "../../../contract/runs.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";
import { type BeginCallAnswer, isCalling, RUN_OVER, refusal, type Surroundings } from "./begin-call.ts";
import type { CallRow } from "./call-rows.ts";
import { type Allowed, actAgain, carryOut, refuseCall } from "./carry-out.ts";
import { FLOW_WHY } from "../../policy/decide-flow.ts";
import { decideApproved } from "./decide-call.ts";
import { leakFault, NO_LEAK } from "./deny-leak.ts";
import { abandonCall } from "./end-call.ts";
import { cannotWait } from "./new-call.ts";
import type { ObjectState } from "./object-state.ts";
import { mayPark, parkRun } from "./park-run.ts";
import type { Draft } from "./record-call.ts";
import { NEVER } from "./replay-call.ts";
import type { RunRow } from "./run-rows.ts";

/** A call that the journal has: its answer, or what it still waits for. An approved one is performed now, with the arguments that were approved. */
export const recordedCall = (state: ObjectState, row: RunRow, entry: CallRow, surroundings: Surroundings): BeginCallAnswer => {
	const { record, answer } = entry;
	const wait: BeginCallAnswer = { kind: "wait", callId: record.id };
	const streams =
		state.facts.policy(row.state.policyVersion).bound.grants.get(record.grant)?.bound.streams?.includes(record.method) ?? false;
	if (answer !== null && (answer.text !== null || answer.key !== null)) {
		return answer.key === null
			? { kind: "answer", text: answer.text ?? "", atMs: answer.atMs, streams }
			: { kind: "stored", key: answer.key, last: answer.text, atMs: answer.atMs, streams };
	}
	switch (record.status) {
		case "waiting":
			if (state.kin.isOpen(record.id)) return wait;
			return state.approvals.statusOf(record.id) === "approved" ? performApproved(state, row, entry, surroundings) : wait;
		case "started":
			// One that has opened a run which is to end gets the end of that.
			if (state.performing.has(record.id) || state.kin.isEnding(record.id)) return wait;
			if (entry.idempotent) return performAgain(state, row, entry, surroundings);
			abandonCall(state, record.id, DIED, surroundings.nowMs);
			return wait;
		case "unknown":
			return wait;
		// Whoever was to keep its large answer died. What only reads is done again.
		default:
			return readAgain(state, row, entry, surroundings);
	}
};

const NOT_KEPT: BeginCallAnswer = {
	kind: "answer",
	text: errorText("upstream_failed", "Answering a call: it happened, and its answer was not kept"),
	atMs: null,
	streams: false,
};
const DIED = "Ending a call: what performed it died; nobody can say whether it happened";

/** A look at a call that waits: its answer, or that it waits on; the run is parked when it has waited long enough and nothing else goes on. */
export const waitedCall = (
	state: ObjectState,
	{ runId, attempt, callId }: { runId: string; attempt: number; callId: string },
	surroundings: Surroundings,
): BeginCallAnswer => {
	const row = state.runs.get(runId);
	const record = state.calls.line(callId)?.record;
	if (!isCalling(row, attempt) || record === undefined || record.run !== runId) return RUN_OVER;
	if (row.status === "waiting_approval") return { kind: "parked" };
	if (row.state.mode === "replay") return NEVER;
	// It is looked at several times a second: its texts are read when there is something to do with them.
	const entry = isAsked(state, record) ? null : state.calls.get(callId);
	const answer: BeginCallAnswer = entry === null ? { kind: "wait", callId } : recordedCall(state, row, entry, surroundings);
	const now = state.runs.get(runId) ?? row;
	if (answer.kind !== "wait" || !mayPark(state, now, surroundings.nowMs)) return answer;
	if (!now.state.repeatable) return cannotWait(state, now, surroundings.nowMs);
	parkRun(state, now, surroundings.nowMs);
	return { kind: "parked" };
};

/** Whether nobody has approved a call yet that waits for a person, or the run has not ended that it waits for. */
const isAsked = (state: ObjectState, { id, status }: Call): boolean =>
	status === "waiting" && (state.approvals.statusOf(id) !== "approved" || state.kin.isOpen(id));

const draftOf = (row: RunRow, { record, args, kind, place, choices }: CallRow): Draft => ({
	row,
	locator: locatorOf(record.id),
	grant: record.grant,
	verb: record.verb,
	method: record.method,
	argsText: args,
	argsDigest: record.argsDigest,
	kind,
	place,
	choices,
});

const performApproved = (state: ObjectState, row: RunRow, entry: CallRow, surroundings: Surroundings): BeginCallAnswer =>
	decideAgain(state, row, entry, surroundings, (draft, allowed) => carryOut(state, draft, allowed, surroundings, entry));

/** Performs a call once more, with its id: its cost is still held, or is held again where the first time was charged. */
const performAgain = (state: ObjectState, row: RunRow, entry: CallRow, surroundings: Surroundings): BeginCallAnswer =>
	decideAgain(state, row, entry, surroundings, (draft, allowed) => actAgain(state, draft, allowed, surroundings, entry));

/** A call that was done in the object, whose record stands: what only reads answers again. */
const readAgain = (state: ObjectState, row: RunRow, entry: CallRow, surroundings: Surroundings): BeginCallAnswer => {
	if (entry.record.effect !== "read") return NOT_KEPT;
	return decideAgain(state, row, entry, surroundings, (_draft, { call }) => {
		if (call.act.where !== "object") return NOT_KEPT;
		const outcome = call.act.perform(state.store(row.id, surroundings.nowMs));
		const text = outcome.kind === "done" ? valueText(outcome.value, false) : errorText(outcome.code, outcome.message, outcome.hint);
		return { kind: "keep", callId: entry.record.id, text, atMs: entry.record.endedAtMs ?? surroundings.nowMs };
	});
};

/** Whether the person who approved a call was told of the flow of data. */
const isFlowApproved = (state: ObjectState, { record }: CallRow): boolean => {
	const approval = record.approval === null ? null : state.approvals.ofCall(record.id);
	return approval?.status === "approved" && approval.rule.split("; ").includes(FLOW_WHY);
};

const decideAgain = (
	state: ObjectState,
	row: RunRow,
	entry: CallRow,
	{ resources, leak = NO_LEAK, nowMs }: Surroundings,
	perform: (draft: Draft, allowed: Allowed) => BeginCallAnswer,
): BeginCallAnswer => {
	// Of a run that cannot be executed again the arguments may not have been kept: it is never performed with others.
	if (entry.args === null) return NOT_KEPT;
	const draft = draftOf(row, entry);
	const decoded = decodeValue(entry.args);
	const args = decoded.kind === "decoded" && Array.isArray(decoded.value) ? decoded.value : [];
	const asked = { row, grant: draft.grant, method: draft.method, args, resources, nowMs };
	const leaked = leakFault(leak, draft);
	const decision =
		leaked === null ? decideApproved(state, asked, isFlowApproved(state, entry)) : { ...leaked, kind: "denied" as const, grant: null };
	if (decision.kind === "denied" && state.kin.isOpen(entry.record.id)) {
		// What it has started ends, and the call with it.
		state.kin.wantEnd({ callId: entry.record.id }, nowMs);
		return { kind: "wait", callId: entry.record.id };
	}
	if (decision.kind === "denied") {
		// One that is over keeps its end in the ledger, whatever is refused now.
		const isOver = entry.record.status !== "waiting" && entry.record.status !== "started";
		return isOver ? refusal(decision.code, decision.message, decision.hint) : refuseCall(state, draft, entry, decision, nowMs);
	}
	const { approval } = entry.record;
	return perform(draft, { ...decision, rule: approval === null ? decision.rule : `approval ${approval}` });
};
