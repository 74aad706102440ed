import type { ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Call } from "../../../contract/runs.ts";
import { shortageDetails } from "../../budgets/describe-budget.ts";
import { errorText, valueText } from "../../executor/answer-text.ts";
import { addVectors } from "../../budgets/vector.ts";
import type { VerbOutcome } from "../../verbs/verb.ts";
import { answerWaitingCall } from "./answer-call.ts";
import type { ActAnswer, BeginCallAnswer, Surroundings } from "./begin-call.ts";
import { type HoldRefusal, refusalOf } from "./budget-book.ts";
import { heldGrant, touchedBy } from "./call-flow.ts";
import type { CallRow } from "./call-rows.ts";
import type { CallDecision } from "./decide-call.ts";
import { endForLeak, leakOfCode } from "./deny-leak.ts";
import { costOf, endCall } from "./end-call.ts";
import { isCovered } from "./hold-run.ts";
import { growJournal, keepArguments, stampOf } from "./keep-answer.ts";
import { deny } from "./new-call.ts";
import type { ObjectState } from "./object-state.ts";
import { plannedStamp } from "./plan-rows.ts";
import { priceFor } from "./price-for.ts";
import {
	addCost,
	countCall,
	type Draft,
	entryOf,
	NO_COST,
	newRecord,
	recordChange,
	recordEnd,
	recordStart,
	recordWhole,
	stickingLabels,
} from "./record-call.ts";
import { spentShortage } from "./run-spending.ts";
import { tellDenied } from "./tell-denied.ts";

/** A call that may happen. */
export type Allowed = Pick<Extract<CallDecision, { kind: "allowed" }>, "grant" | "call" | "rule">;

/** A call's hold outlives the longest act by this much; then the alarm takes it for used. */
export const CALL_GRACE_MS = 60_000;

/**
 * Does an allowed call if the budget has its worst cost: here, or by the caller with the intent recorded and the cost held.
 * @param waited its record, if it was made when the call was asked about
 */
export const carryOut = (
	state: ObjectState,
	draft: Draft,
	allowed: Allowed,
	{ resources, nowMs }: Surroundings,
	waited: CallRow | null = null,
): BeginCallAnswer => {
	const { grant, call, rule } = allowed;
	const order = orderOf(state, draft, allowed);
	const overRun = spentShortage(state, draft.row, addVectors(order.amount, order.lent));
	if (overRun !== null) return denyForBudget(state, draft, waited, refusalOf(overRun), nowMs);
	const store = state.store(draft.row.id, nowMs);
	if (call.act.where === "object" && call.act.otherwise?.when(store) !== true) {
		const { act } = call;
		return doHere(state, draft, allowed, order, () => act.perform(store), waited, nowMs);
	}
	const record = waited?.record ?? newRecord(state, draft, { decision: "allowed", rule, status: "started" }, nowMs);
	const expiresAtMs = holdOfCallExpiry(call, nowMs);
	const short = state.book.hold({ ...order, id: record.id, runId: draft.row.id, expiresAtMs }, nowMs);
	if (short !== null) return denyForBudget(state, draft, waited, short, nowMs);
	if (waited === null) {
		countCall(state, draft.row, grant, nowMs, NO_COST, call);
		const args = keepArguments(state, draft.row.id, draft.argsText, needOf(draft));
		recordStart(state, record, { ...entryOf(draft, call.idempotent, null), args });
	} else {
		recordChange(state, { ...record, rule, status: "started" });
	}
	return actOn(state, draft, allowed, record.id, resources);
};

/** Whether a run has made all of its plan is told by the arguments of its calls, as many as the plan has. */
const needOf = ({ row }: Draft): "always" | "repeat" => (row.state.plan === null ? "repeat" : "always");

/** What a call may cost at most, and under which limits. */
const orderOf = (state: ObjectState, { row }: Draft, { grant, call }: Allowed) => {
	const amount = { ...call.worstCost, calls: 1 };
	return {
		limits: state.facts.configuration()?.budget.limits ?? {},
		amount: { ...amount, usdMicros: priceFor(state, row, amount, grant.verb) },
		lent: call.lends ?? {},
		grant: { name: grant.name, limits: state.facts.grantLimits(grant.name) },
		covered: isCovered(state, row),
	};
};
const holdOfCallExpiry = ({ timeoutMs }: Allowed["call"], nowMs: number): number =>
	nowMs + (timeoutMs ?? LIMITS.upstreamMs.max) + CALL_GRACE_MS;

/** Lets a call that has begun be performed once more, with its id. Its hold goes on; where the first time was charged already, it is held anew. */
export const actAgain = (
	state: ObjectState,
	draft: Draft,
	allowed: Allowed,
	{ resources, nowMs }: Surroundings,
	entry: CallRow,
): BeginCallAnswer => {
	const { id } = entry.record;
	if (state.book.amountOf(id) === null) {
		const order = orderOf(state, draft, allowed);
		const overRun = spentShortage(state, draft.row, addVectors(order.amount, order.lent));
		const expiresAtMs = holdOfCallExpiry(allowed.call, nowMs);
		const short = overRun === null ? state.book.hold({ ...order, id, runId: draft.row.id, expiresAtMs }, nowMs) : refusalOf(overRun);
		if (short !== null) return denyForBudget(state, draft, entry, short, nowMs);
	}
	// A person lets a call be repeated once.
	state.calls.allowRepeat(id, allowed.call.idempotent);
	return actOn(state, draft, allowed, id, resources);
};

/** What whoever acts is told, and a note that somebody does. */
const actOn = (
	state: ObjectState,
	draft: Draft,
	{ grant, call }: Allowed,
	callId: string,
	resources: Surroundings["resources"],
): ActAnswer => {
	state.give(callId, call.act.where === "engine" ? "attempt" : "gate");
	const { grant: data, held } = heldGrant(state, draft.row, grant, call);
	return {
		kind: "act",
		callId,
		verb: grant.verb,
		grant: data,
		grantKey: `${state.facts.configuration()?.agentId}/${draft.row.state.policyVersion}/${grant.name}${held === null ? "" : `/${held}`}`,
		labels: [...new Set([...touchedBy(state, draft.row), ...stickingLabels(grant, call)])],
		method: draft.method,
		args: draft.argsText ?? "[]",
		resources: [...(grant.bound.needed?.(draft.method, resources) ?? resources)],
		streams: grant.bound.streams?.includes(draft.method) ?? false,
		timeoutMs: call.timeoutMs ?? LIMITS.upstreamMs.max,
	};
};

/** Acts in the object: held, done, settled and recorded in this one step. */
const doHere = (
	state: ObjectState,
	draft: Draft,
	{ grant, rule, call }: Allowed,
	order: ReturnType<typeof orderOf>,
	perform: () => VerbOutcome,
	waited: CallRow | null,
	nowMs: number,
): BeginCallAnswer => {
	const spending = state.book.spend(order, nowMs, () => {
		const outcome = perform();
		const used = { ...outcome.cost, calls: 1 };
		return { real: { ...used, usdMicros: priceFor(state, draft.row, used, grant.verb) }, outcome };
	});
	if (spending.kind === "refused") return denyForBudget(state, draft, waited, spending.refusal, nowMs);
	const { charged, outcome: ended } = spending;
	const cost = costOf(charged);
	const text = ended.kind === "done" ? valueText(ended.value, false) : errorText(ended.code, ended.message, ended.hint);
	const nth = waited?.record.nth ?? state.calls.countKind(draft.row.id, draft.kind) + 1;
	const atMs = stampOf(draft.row, nowMs, plannedStamp(state, draft.row, draft.kind, nth));
	const isLarge = text.length > LIMITS.journalAnswerBytes;
	const end = {
		status: ended.kind,
		rule,
		error: ended.kind === "failed" ? { code: ended.code, message: ended.message } : null,
		cost,
		endedAtMs: nowMs,
	};
	const callId = waited === null ? begin() : finish(waited);
	return isLarge ? { kind: "keep", callId, text, atMs } : { kind: "answer", text, atMs, streams: false };

	function begin(): string {
		const record = newRecord(state, draft, { decision: "allowed", rule, status: ended.kind }, nowMs);
		countCall(state, draft.row, grant, nowMs, cost, call);
		const args = keepArguments(state, draft.row.id, draft.argsText, needOf(draft));
		const kept = keep();
		recordWhole(state, { ...record, ...end }, { ...entryOf(draft, call.idempotent, kept), args });
		return record.id;
	}
	function finish({ record }: CallRow): string {
		addToUsage(state, draft.row.id, cost);
		const kept = keep();
		recordEnd(state, { ...record, ...end });
		if (kept !== null) state.calls.putAnswer(record.id, kept);
		return record.id;
	}
	function keep() {
		return growJournal(state, draft.row.id, { text: isLarge ? null : text, key: null, atMs });
	}
};

const addToUsage = (state: ObjectState, runId: string, cost: Call["cost"]): void => {
	const row = state.runs.get(runId);
	if (row === null) return;
	state.runs.update({ ...row, state: { ...row.state, usage: addCost(row.state.usage, cost) } });
	state.outbox.mark("run", runId);
};

const denyForBudget = (state: ObjectState, draft: Draft, waited: CallRow | null, refusal: HoldRefusal, nowMs: number): BeginCallAnswer =>
	refuseCall(state, draft, waited, { code: refusal.code, message: refusal.message, ...detailsOf(refusal) }, nowMs);

/** Whose limit it is, what is left and when it resets: the program may wait, or do with less. */
const detailsOf = ({ shortage }: HoldRefusal) => (shortage === null ? {} : { details: { ...shortageDetails(shortage) } });

/** A call that does not happen after all: one that waited is ended, another is recorded as denied. */
export const refuseCall = (
	state: ObjectState,
	draft: Draft,
	waited: CallRow | null,
	why: { code: ErrorCode; message: string; hint?: string; details?: Record<string, unknown> },
	nowMs: number,
): BeginCallAnswer => {
	if (waited === null) return deny(state, draft, why, nowMs);
	const text = errorText(why.code, why.message, why.hint, why.details);
	// One that was performed before may have cost all that is held for it.
	const cost = state.book.amountOf(waited.record.id);
	const { run, id, grant, method } = waited.record;
	tellDenied(state, { run, id, grant, method, code: why.code }, nowMs);
	if (waited.record.status !== "started") {
		answerWaitingCall(state, waited.record.id, { ...why, kind: "failed" }, nowMs);
		const leak = leakOfCode(why.code);
		if (leak !== null) endForLeak(state, run, grant, leak, nowMs);
	} else
		endCall(state, { callId: waited.record.id, outcome: { ...why, kind: "failed", cost: cost ?? {} }, answer: { text, key: null } }, nowMs);
	const answer = state.calls.get(waited.record.id)?.answer;
	return { kind: "answer", text, atMs: answer?.atMs ?? stampOf(draft.row, nowMs), streams: false };
};
