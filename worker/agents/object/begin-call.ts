import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalText, decodeValue } from "../../../contract/tagged-json.ts";
import type { Shortage } from "../../budgets/budget-state.ts";
import { describeShortage } from "../../budgets/describe-budget.ts";
import { priceOf } from "../../budgets/prices.ts";
import type { PartialVector } from "../../budgets/vector.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import type { Resources, VerbOutcome } from "../../verbs/verb.ts";
import { type CallDecision, decideCall } from "./decide-call.ts";
import { costOf } from "./end-call.ts";
import type { ObjectState } from "./object-state.ts";
import { countCall, type Draft, newRecord, recordStart, recordWhole } from "./record-call.ts";
import { isLive, type RunRow } from "./run-rows.ts";
import { spentShortage } from "./run-spending.ts";

export interface BeginCallCommand {
	readonly runId: string;
	readonly attempt: number;
	readonly grant: string;
	readonly method: string;
	/** Encoded array of arguments, as it came from the isolate. */
	readonly args: string;
	/** The new call's id is made with this locator, so that it leads back here. */
	readonly locator: string;
}

/** What the object is told with each call beside the call: the tenant's registry is read before the step. */
export interface Surroundings {
	readonly resources: Resources;
	readonly nowMs: number;
}

export type BeginCallAnswer =
	/** The call is over: refused, or done in the object. */
	| { kind: "error"; code: ErrorCode; message: string; hint: string }
	| { kind: "done"; value: unknown }
	/** The intent is recorded and the budget held: the caller acts, then ends the call. `grant` is the grant as parsed. */
	| {
			kind: "act";
			callId: string;
			verb: string;
			grant: unknown;
			/** Stands for the grant as it is: of this agent, in this version of its policy. */
			grantKey: string;
			method: string;
			args: string;
			/** The very descriptions that the call was decided with. */
			resources: [string, unknown][];
			/** Whether the answer goes out in parts. */
			streams: boolean;
			/** Longest that the act may take, milliseconds. */
			timeoutMs: number;
	  };

/** A call's hold outlives the longest act by this much; then the alarm takes it for used. */
const CALL_GRACE_MS = 60_000;

const failed = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint): BeginCallAnswer => ({
	kind: "error",
	code,
	message,
	hint,
});

/**
 * Decides a call, records it, holds its cost, and, where the verb acts in the object, does it: one step. Every call is recorded, denied ones too, but for
 * those that come when the run is over or has used up its calls: a program could fill the ledger with them.
 */
export const beginCall = (state: ObjectState, command: BeginCallCommand, { resources, nowMs }: Surroundings): BeginCallAnswer => {
	const row = state.runs.get(command.runId);
	if (row === null || !isLive(row) || row.attempt !== command.attempt || row.claimed !== 1) {
		return failed("run_ended", "Calling a grant: the run is over, or another attempt of it runs");
	}
	const crowded = refuseCrowd(state, row, command.grant);
	if (crowded !== null) return crowded;
	const decoded = decodeValue(command.args);
	const draft: Draft = {
		row,
		locator: command.locator,
		grant: command.grant,
		verb: "",
		method: command.method,
		argsText: decoded.kind === "decoded" ? canonicalText(decoded.value) : null,
		argsDigest: `sha256:${sha256Hex(command.args)}`,
	};
	const { grant, method } = command;
	if (decoded.kind === "refused")
		return deny(state, draft, { code: "invalid_arguments", message: `Calling env.${grant}: ${decoded.why}` }, nowMs);
	if (!Array.isArray(decoded.value)) {
		return deny(
			state,
			draft,
			{ code: "invalid_arguments", message: `Calling env.${grant}: found no array of arguments, wanted one` },
			nowMs,
		);
	}
	const decision = decideCall(state, { row, grant, method, args: decoded.value, resources, nowMs });
	const named = decision.grant === null ? draft : { ...draft, grant: decision.grant.name, verb: decision.grant.verb };
	return decision.kind === "denied" ? deny(state, named, decision, nowMs) : carryOut(state, named, decision, { resources, nowMs });
};

/** Calls past the run's limits: of all its calls, and of those under way at once. */
const refuseCrowd = (state: ObjectState, row: RunRow, grant: string): BeginCallAnswer | null => {
	if (row.state.callCount >= row.state.limits.calls) {
		return failed("calls_exceeded", `Calling env.${grant}: the run has made ${row.state.limits.calls} calls, its limit`);
	}
	if (state.calls.countInFlight(row.id) < LIMITS.callsInFlightPerRun) return null;
	return failed(
		"calls_exceeded",
		`Calling env.${grant}: ${LIMITS.callsInFlightPerRun} calls are under way, the most at once; await some first`,
	);
};

/** Does an allowed call if the budget has its worst cost: here, or by the caller with the intent recorded and the cost held. */
const carryOut = (
	state: ObjectState,
	draft: Draft,
	allowed: Extract<CallDecision, { kind: "allowed" }>,
	{ resources, nowMs }: Surroundings,
): BeginCallAnswer => {
	const { grant, call, rule } = allowed;
	const amount = { ...call.worstCost, calls: 1 };
	const worst = { ...amount, usdMicros: priceOf(amount) };
	const limits = state.facts.configuration()?.budget.limits ?? {};
	const overRun = spentShortage(state, draft.row, limits.run ?? {}, worst);
	if (overRun !== null) return denyForBudget(state, draft, overRun, nowMs);
	const store = state.store(draft.row.id, nowMs);
	if (call.act.where === "object" && call.act.otherwise?.when(store) !== true) {
		const { act } = call;
		return doHere(state, draft, allowed, worst, () => act.perform(store), nowMs);
	}
	const record = newRecord(draft, { decision: "allowed", rule, status: "started" }, nowMs);
	const timeoutMs = call.timeoutMs ?? LIMITS.upstreamMs.max;
	const short = state.book.hold(record.id, draft.row.id, limits, worst, nowMs + timeoutMs + CALL_GRACE_MS, nowMs);
	if (short !== null) return denyForBudget(state, draft, short, nowMs);
	countCall(state, draft.row, grant);
	recordStart(state, record);
	return {
		kind: "act",
		callId: record.id,
		verb: grant.verb,
		grant: grant.grant,
		grantKey: `${state.facts.configuration()?.agentId}/${draft.row.state.policyVersion}/${grant.name}`,
		method: draft.method,
		args: draft.argsText ?? "[]",
		resources: [...(grant.bound.needed?.(draft.method, resources) ?? resources)],
		streams: grant.bound.streams?.includes(draft.method) ?? false,
		timeoutMs,
	};
};

/** Acts in the object: held, done, settled and recorded in this one step. */
const doHere = (
	state: ObjectState,
	draft: Draft,
	{ grant, rule }: Extract<CallDecision, { kind: "allowed" }>,
	worst: PartialVector,
	perform: () => VerbOutcome,
	nowMs: number,
): BeginCallAnswer => {
	const limits = state.facts.configuration()?.budget.limits ?? {};
	const spending = state.book.spend(limits, worst, nowMs, () => {
		const outcome = perform();
		const used = { ...outcome.cost, calls: 1 };
		return { real: { ...used, usdMicros: priceOf(used) }, outcome };
	});
	if (spending.kind === "short") return denyForBudget(state, draft, spending.shortage, nowMs);
	const { charged, outcome: ended } = spending;
	const cost = costOf(charged);
	const record = newRecord(draft, { decision: "allowed", rule, status: ended.kind }, nowMs);
	countCall(state, draft.row, grant, cost);
	recordWhole(state, {
		...record,
		error: ended.kind === "failed" ? { code: ended.code, message: ended.message } : null,
		cost,
		endedAtMs: nowMs,
	});
	return ended.kind === "done" ? { kind: "done", value: ended.value } : failed(ended.code, ended.message, ended.hint);
};

/** Records a call that does not happen. */
const deny = (
	state: ObjectState,
	draft: Draft,
	why: { code: ErrorCode; message: string; hint?: string },
	nowMs: number,
): BeginCallAnswer => {
	const { code, message, hint } = why;
	const record = newRecord(draft, { decision: "denied", rule: null, status: "denied" }, nowMs);
	countCall(state, draft.row, null);
	recordWhole(state, { ...record, error: { code, message }, endedAtMs: nowMs });
	return failed(code, message, hint);
};

const denyForBudget = (state: ObjectState, draft: Draft, shortage: Shortage, nowMs: number): BeginCallAnswer =>
	deny(state, draft, { code: "budget_exceeded", message: describeShortage(shortage) }, nowMs);
