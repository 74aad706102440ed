import type { ErrorCode } from "../../../contract/errors.ts";
import type { Decoding } from "../../../contract/tagged-json.ts";
import { runError } from "../../../contract/runs.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";
import { askPerson } from "./ask-person.ts";
import type { BeginCallAnswer, Surroundings } from "./begin-call.ts";
import { RUN_OVER } from "./begin-call.ts";
import { carryOut } from "./carry-out.ts";
import { type CallDecision, decideCall } from "./decide-call.ts";
import { denyLeak, NO_LEAK } from "./deny-leak.ts";
import { callInWords, endDiverged } from "./diverge.ts";
import { endUnderWay } from "./end-under-way.ts";
import { growJournal, hasRoom, keepArguments, noRoom, stampOf } from "./keep-answer.ts";
import type { ObjectState } from "./object-state.ts";
import { isInPlan, plannedStamp, planRule } from "./plan-rows.ts";
import { countCall, type Draft, entryOf, newRecord, recordWhole } from "./record-call.ts";
import { tellDenied } from "./tell-denied.ts";
import type { RunRow } from "./run-rows.ts";

type Allowed = Exclude<CallDecision, { kind: "denied" }>;

/** A call that the journal does not have: decided, then done, asked about, planned, or denied, as the run's mode wants it. */
export const newCall = (state: ObjectState, draft: Draft, decoded: Decoding, surroundings: Surroundings): BeginCallAnswer => {
	const { row, grant, method } = draft;
	const { resources, nowMs } = surroundings;
	if (row.state.mode === "replay") {
		endDiverged(
			state,
			row,
			`Replaying the run: the program calls ${callInWords(grant, method, draft.argsText)}, which is not recorded`,
			nowMs,
		);
		return RUN_OVER;
	}
	if (decoded.kind === "refused")
		return deny(state, draft, { code: "invalid_arguments", message: `Calling env.${grant}: ${decoded.why}` }, nowMs);
	if (!Array.isArray(decoded.value)) {
		const message = `Calling env.${grant}: found no array of arguments, wanted one`;
		return deny(state, draft, { code: "invalid_arguments", message }, nowMs);
	}
	const leaked = denyLeak(state, { ...draft, verb: verbOf(state, draft) }, surroundings.leak ?? NO_LEAK, nowMs);
	if (leaked !== null) return leaked;
	const decision = decideCall(state, { row, grant, method, args: decoded.value, resources, nowMs });
	const known = decision.grant === null ? draft : { ...draft, grant: decision.grant.name, verb: decision.grant.verb };
	if (decision.kind === "denied") return deny(state, known, decision, nowMs);
	const named = { ...known, effect: decision.call.effect, model: decision.call.model ?? null };
	if (row.state.mode === "dry" && isEffect(decision)) return plan(state, named, decision, nowMs);
	if (row.state.plan !== null && isEffect(decision)) {
		if (isInPlan(state, row, named)) return carryOut(state, named, { ...decision, rule: planRule(row) }, surroundings);
		endDiverged(
			state,
			row,
			`Executing a plan: the program calls ${callInWords(grant, method, named.argsText)}, which the plan does not have`,
			nowMs,
		);
		return RUN_OVER;
	}
	return decision.kind === "ask"
		? askPerson(state, named, decision, decoded.value, surroundings)
		: carryOut(state, named, decision, surroundings);
};

const verbOf = (state: ObjectState, { row, grant }: Draft): string =>
	state.facts.policy(row.state.policyVersion).bound.grants.get(grant)?.verb ?? "";

/** What a dry run does not do, and a plan must hold. */
const isEffect = (decision: Allowed): boolean => decision.kind === "ask" || (decision.call.effect !== "read" && !decision.call.local);

/** Records a call that does not happen. */
export const deny = (
	state: ObjectState,
	draft: Draft,
	why: { code: ErrorCode; message: string; hint?: string; details?: Record<string, unknown> },
	nowMs: number,
): BeginCallAnswer => {
	const { code, message, hint, details } = why;
	const record = newRecord(state, draft, { decision: "denied", rule: null, status: "denied" }, nowMs);
	const text = errorText(code, message, hint, details);
	const answer = whole(state, draft, null, { ...record, error: { code, message } }, text, nowMs);
	tellDenied(state, { run: draft.row.id, id: record.id, grant: draft.grant, method: draft.method, code }, nowMs);
	return answer;
};

/** Records what a dry run would have done, and answers as if it had. */
const plan = (state: ObjectState, draft: Draft, decision: Allowed, nowMs: number): BeginCallAnswer => {
	const { call, grant } = decision;
	const { row, method, argsText } = draft;
	// What is not kept whole is no plan that a person could approve.
	if (!hasRoom(row, argsText))
		return deny(state, draft, { code: "calls_exceeded", message: noRoom(row, grant.name, method, argsText) }, nowMs);
	const rule = decision.kind === "ask" ? `asks: ${decision.why}` : decision.rule;
	const record = newRecord(state, draft, { decision: "allowed", rule, status: "planned" }, nowMs);
	const cost = { calls: 1, tokens: call.worstCost.tokens ?? 0, egressBytes: call.worstCost.egressBytes ?? 0, usdMicros: 0 };
	return whole(state, draft, grant, { ...record, cost }, valueText(call.planned, grant.verb === "http.fetch"), nowMs);
};

const whole = (
	state: ObjectState,
	draft: Draft,
	grant: Allowed["grant"] | null,
	record: ReturnType<typeof newRecord>,
	text: string,
	nowMs: number,
): BeginCallAnswer => {
	const atMs = stampOf(draft.row, nowMs, plannedStamp(state, draft.row, draft.kind, record.nth));
	countCall(state, draft.row, grant, nowMs);
	const args = keepArguments(state, draft.row.id, draft.argsText, record.status === "planned" ? "always" : "shown");
	const kept = growJournal(state, draft.row.id, { text, key: null, atMs });
	recordWhole(state, { ...record, endedAtMs: nowMs }, { ...entryOf(draft, true, kept), args });
	return { kind: "answer", text, atMs, streams: grant?.bound.streams?.includes(draft.method) ?? false };
};

/** Ends a run that has no journal any more to be repeated from, at the point where it would have to wait for a person. */
export const cannotWait = (state: ObjectState, row: RunRow, nowMs: number): BeginCallAnswer => {
	const message = "Waiting for a person: the run's journal is larger than what is kept, and it could not be executed again";
	endUnderWay(state, row, "failed", runError("interrupted", message), nowMs);
	return RUN_OVER;
};
