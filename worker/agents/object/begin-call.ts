import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import { newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Call } from "../../../contract/runs.ts";
import { canonicalText, decodeValue } from "../../../contract/tagged-json.ts";
import { describeShortage } from "../../budgets/describe-budget.ts";
import { priceOf } from "../../budgets/prices.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import type { PolicyGrant } from "../../policy/bind-policy.ts";
import { decideFlow } from "../../policy/decide-flow.ts";
import { findCoveringGrant } from "../../policy/find-covering-grant.ts";
import type { Decision, PreparedCall } from "../../verbs/verb.ts";
import { endCall, recordEnd } from "./end-call.ts";
import type { ObjectState } from "./object-state.ts";
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

export type BeginCallAnswer =
	/** The call is over: refused, or done in the object. */
	| { kind: "error"; code: ErrorCode; message: string; hint: string }
	| { kind: "done"; value: unknown }
	/** The intent is recorded and the budget held: the caller acts, then ends the call. `grant` is the grant as parsed. */
	| { kind: "act"; callId: string; verb: string; grant: unknown; method: string; args: string };

/** Longest text of arguments kept in the ledger, characters; the digest is over all of it. */
const ARGS_CHARS = 8_192;
/** A call's hold outlives the longest act by this much; then the alarm takes it for used. */
const CALL_GRACE_MS = 60_000;

const failed = (code: ErrorCode, message: string, hint: string = ERRORS[code].hint): BeginCallAnswer => ({
	kind: "error",
	code,
	message,
	hint,
});

/** A call as it stands before it is decided. */
interface Draft {
	readonly row: RunRow;
	readonly grantName: string;
	readonly verb: string;
	readonly method: string;
	readonly argsText: string | null;
	readonly argsDigest: string;
}

/**
 * Decides a call, records it, holds its cost, and, where the verb acts in the object, does it: one step. Every call is recorded, denied ones too, but for
 * those past the run's limit of calls, which only count once.
 */
export const beginCall = (state: ObjectState, command: BeginCallCommand, nowMs: number): BeginCallAnswer => {
	const row = state.runs.get(command.runId);
	if (row === null || !isLive(row) || row.attempt !== command.attempt || row.claimed !== 1) {
		return failed("run_ended", "Calling a grant: the run is over, or another attempt of it runs");
	}
	if (row.state.callCount >= row.state.limits.calls) {
		return failed("calls_exceeded", `Calling env.${command.grant}: the run has made ${row.state.limits.calls} calls, its limit`);
	}
	if (state.calls.inFlight(row.id).length >= LIMITS.callsInFlightPerRun) {
		return failed(
			"calls_exceeded",
			`Calling env.${command.grant}: ${LIMITS.callsInFlightPerRun} calls are under way, the most at once; await some first`,
		);
	}
	const decoded = decodeValue(command.args);
	const draft: Draft = {
		row,
		grantName: command.grant,
		verb: "",
		method: command.method,
		argsText: decoded.kind === "decoded" ? canonicalText(decoded.value) : null,
		argsDigest: `sha256:${sha256Hex(command.args)}`,
	};
	if (decoded.kind === "refused")
		return deny(state, command, draft, "invalid_arguments", `Calling env.${command.grant}: ${decoded.why}`, nowMs);
	if (!Array.isArray(decoded.value))
		return deny(state, command, draft, "invalid_arguments", "Calling a grant: wanted an array of arguments", nowMs);
	return decideCall(state, command, draft, decoded.value, nowMs);
};

const decideCall = (
	state: ObjectState,
	command: BeginCallCommand,
	draft: Draft,
	args: readonly unknown[],
	nowMs: number,
): BeginCallAnswer => {
	const found = findGrant(state, command, draft.row, args);
	if (found.kind === "none") return deny(state, command, draft, found.code, found.message, nowMs, found.hint);
	const { grant } = found;
	const named = { ...draft, grantName: grant.name, verb: grant.verb };
	const preparation = grant.bound.prepare(command.method, args);
	if (preparation.kind === "invalid") return deny(state, command, named, "invalid_arguments", preparation.message, nowMs);
	const decision = decide(state, draft.row, grant, preparation.call, command.method, args);
	if (decision.kind === "denied") return deny(state, command, named, decision.code, decision.message, nowMs, decision.hint);
	return admitCall(state, command, named, grant, preparation.call, decision.rule, nowMs);
};

type Found = { kind: "grant"; grant: PolicyGrant } | { kind: "none"; code: ErrorCode; message: string; hint?: string };

/** The grant of the policy that the run was admitted under; for a plain fetch() the first that covers it. */
const findGrant = (state: ObjectState, command: BeginCallCommand, row: RunRow, args: readonly unknown[]): Found => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	if (command.method === "fetchAny") {
		const covering = findCoveringGrant(bound, row.state.grants, args);
		return covering.kind === "grant" ? covering : { kind: "none", code: "egress_denied", message: covering.message };
	}
	const grant = row.state.grants.includes(command.grant) ? bound.grants.get(command.grant) : undefined;
	if (grant !== undefined) return { kind: "grant", grant };
	const granted = row.state.grants.map((name) => `env.${name}`).join(", ");
	return {
		kind: "none",
		code: "capability_not_granted",
		message: `Calling env.${command.grant}: this run has no such grant; it has ${granted === "" ? "none" : granted}`,
	};
};

/** Everything that can deny a call whose arguments fit, in the order: the verb's rules, today's policy, approval, flow, the grant's count. */
const decide = (
	state: ObjectState,
	row: RunRow,
	grant: PolicyGrant,
	call: PreparedCall,
	method: string,
	args: readonly unknown[],
): Decision => {
	if (call.decision.kind === "denied") return call.decision;
	const today = decideUnderToday(state, row, grant, method, args);
	if (today !== null) return today;
	if (grant.approval === "always") {
		return {
			kind: "denied",
			code: "approval_required",
			message: `Calling env.${grant.name}.${method}: the grant wants a person's approval, and this release cannot ask for one yet`,
			hint: ERRORS.approval_required.hint,
		};
	}
	const { bound } = state.facts.policy(row.state.policyVersion);
	const flow = decideFlow(bound.flow, new Set(row.state.labels), grant.bound.labels);
	if (flow.kind === "denied") return flow;
	if (grant.callsPerRun !== null && (row.state.callsByGrant[grant.name] ?? 0) >= grant.callsPerRun) {
		return {
			kind: "denied",
			code: "calls_exceeded",
			message: `Calling env.${grant.name}.${method}: the grant allows ${grant.callsPerRun} calls in a run, and they are used up`,
			hint: ERRORS.calls_exceeded.hint,
		};
	}
	return call.decision;
};

/** A policy that was changed since the run began can only take away: null when today's policy allows the call too. */
const decideUnderToday = (
	state: ObjectState,
	row: RunRow,
	grant: PolicyGrant,
	method: string,
	args: readonly unknown[],
): Decision | null => {
	const version = state.facts.configuration()?.policyVersion;
	if (version === undefined || version === row.state.policyVersion) return null;
	const today = state.facts.policy(version).bound.grants.get(grant.name);
	const preparation = today?.verb === grant.verb && today.approval === grant.approval ? today.bound.prepare(method, args) : null;
	if (preparation?.kind === "prepared" && preparation.call.decision.kind === "allowed") return null;
	return {
		kind: "denied",
		code: "capability_not_granted",
		message: `Calling env.${grant.name}.${method}: the policy was changed while the run was under way and does not allow it any more`,
		hint: ERRORS.capability_not_granted.hint,
	};
};

/** Holds the worst cost, records the intent, and acts where the verb acts here. */
const admitCall = (
	state: ObjectState,
	command: BeginCallCommand,
	draft: Draft,
	grant: PolicyGrant,
	call: PreparedCall,
	rule: string,
	nowMs: number,
): BeginCallAnswer => {
	const amount = { ...call.worstCost, calls: 1 };
	const worst = { ...amount, usdMicros: priceOf(amount) };
	const limits = state.facts.configuration()?.budget.limits ?? {};
	const record = newRecord(command, draft, { decision: "allowed", rule, status: "started" }, nowMs);
	const short =
		spentShortage(state, draft.row, limits.run ?? {}, worst) ??
		state.book.hold(record.id, draft.row.id, limits, worst, nowMs + LIMITS.upstreamMs.max + CALL_GRACE_MS, nowMs);
	if (short !== null) return deny(state, command, draft, "budget_exceeded", describeShortage(short), nowMs);
	countCall(state, draft, grant);
	if (call.act.where === "host") {
		state.calls.insert(record);
		state.outbox.mark("call", record.id);
		const args = draft.argsText ?? "[]";
		return { kind: "act", callId: record.id, verb: grant.verb, grant: grant.grant, method: command.method, args };
	}
	const outcome = call.act.perform(state.files(draft.row.id, "output"));
	state.calls.insert(record);
	endCall(state, { callId: record.id, outcome: outcome.kind === "done" ? { kind: "done", cost: outcome.cost } : outcome }, nowMs);
	return outcome.kind === "done" ? { kind: "done", value: outcome.value } : failed(outcome.code, outcome.message, outcome.hint);
};

const countCall = (state: ObjectState, draft: Draft, grant: PolicyGrant | null): void => {
	const { row } = draft;
	const labels = grant === null ? [] : grant.bound.labels.filter((label) => label !== "external");
	const byGrant = grant === null ? {} : { [grant.name]: (row.state.callsByGrant[grant.name] ?? 0) + 1 };
	state.runs.update({
		...row,
		status: "running",
		state: {
			...row.state,
			startedAtMs: row.state.startedAtMs ?? Date.now(),
			callCount: row.state.callCount + 1,
			callsByGrant: { ...row.state.callsByGrant, ...byGrant },
			labels: [...new Set([...row.state.labels, ...labels])],
		},
	});
	state.outbox.mark("run", row.id);
};

/** Records a call that does not happen. */
const deny = (
	state: ObjectState,
	command: BeginCallCommand,
	draft: Draft,
	code: ErrorCode,
	message: string,
	nowMs: number,
	hint?: string,
): BeginCallAnswer => {
	const record = newRecord(command, draft, { decision: "denied", rule: null, status: "denied" }, nowMs);
	countCall(state, draft, null);
	state.calls.insert({ ...record, error: { code, message } });
	recordEnd(state, { ...record, error: { code, message }, endedAtMs: nowMs });
	return failed(code, message, hint);
};

const newRecord = (command: BeginCallCommand, draft: Draft, fate: Pick<Call, "decision" | "rule" | "status">, nowMs: number): Call => ({
	id: newRoutedId("cal", command.locator, nowMs),
	run: command.runId,
	seq: draft.row.state.callCount + 1,
	grant: draft.grantName.slice(0, LIMITS.nameChars),
	verb: draft.verb,
	method: draft.method.slice(0, LIMITS.nameChars),
	args: draft.argsText === null ? null : draft.argsText.slice(0, ARGS_CHARS),
	argsDigest: draft.argsDigest,
	...fate,
	error: null,
	cost: { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 },
	startedAtMs: nowMs,
	endedAtMs: null,
	entry: null,
	hash: null,
	previousHash: null,
});
