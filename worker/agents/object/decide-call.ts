import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import type { BoundPolicy, PolicyGrant } from "../../policy/bind-policy.ts";
import { findCoveringGrant } from "../../policy/find-covering-grant.ts";
import { needsApproval } from "../../policy/needs-approval.ts";
import type { Decision, PreparedCall, ResourceRef, Resources } from "../../verbs/verb.ts";
import { flowOfCall, tightenedFlow } from "./call-flow.ts";
import type { ObjectState } from "./object-state.ts";
import { isSwitchedOff, switchedOff } from "./switched-off.ts";
import { takeFromRate } from "./rate-rows.ts";
import { isLive, type RunRow } from "./run-rows.ts";

/** A call as it was asked for, its arguments decoded. */
export interface AskedCall {
	readonly row: RunRow;
	readonly grant: string;
	readonly method: string;
	readonly args: readonly unknown[];
	readonly resources: Resources;
	readonly nowMs: number;
}

/**
 * What deciding a call needs of the tenant's registry: what the grant names, under the policy that the run was admitted under and under today's.
 * Read before the step that decides, since nothing is awaited within it.
 */
export const resourcesOfGrant = (state: ObjectState, runId: string, grant: string): readonly ResourceRef[] => {
	const row = state.runs.get(runId);
	const today = state.facts.configuration()?.policyVersion;
	if (row === null || !isLive(row) || today === undefined || row.state.mode === "replay") return [];
	const versions = new Set([row.state.policyVersion, today]);
	return [...versions].flatMap((version) => state.facts.policy(version).bound.grants.get(grant)?.bound.resources ?? []);
};

type Denied = Extract<Decision, { kind: "denied" }>;

/** What the policy says of a call. A denial carries what is known of the grant by then; `ask`: a person decides, who sees `why`. */
export type CallDecision =
	| { kind: "allowed"; grant: PolicyGrant; call: PreparedCall; rule: string }
	| { kind: "ask"; grant: PolicyGrant; call: PreparedCall; rule: string; why: string }
	| { kind: "denied"; grant: PolicyGrant | null; code: ErrorCode; message: string; hint?: string };

/** Decides a call by everything but the budget: does the run have the grant, do the arguments fit, and may it happen. */
export const decideCall = (state: ObjectState, asked: AskedCall): CallDecision => decideWith(state, asked, decide);

/**
 * Decides a call again that a person has approved, or that is performed once more: what was taken away meanwhile is denied, and nobody is asked.
 * @param isFlowApproved whether that person was asked because of the flow of data
 */
export const decideApproved = (state: ObjectState, asked: AskedCall, isFlowApproved: boolean): Exclude<CallDecision, { kind: "ask" }> => {
	const decision = decideWith(state, asked, (known, again, grant, call) => decideKnown(known, again, grant, call, isFlowApproved));
	return decision.kind === "ask" ? { ...decision, kind: "allowed" } : decision;
};

const decideWith = (
	state: ObjectState,
	asked: AskedCall,
	by: (state: ObjectState, asked: AskedCall, grant: PolicyGrant, call: PreparedCall) => Decision,
): CallDecision => {
	const found = findGrant(state, asked);
	if (found.kind === "none") return { ...found, kind: "denied", grant: null };
	const { grant } = found;
	if (isSwitchedOff(state, grant.name)) return { kind: "denied", grant, ...switchedOff(grant.name, asked.method) };
	const preparation = grant.bound.prepare(asked.method, asked.args, asked.resources);
	if (preparation.kind === "invalid") return { kind: "denied", grant, code: "invalid_arguments", message: preparation.message };
	const { call } = preparation;
	const decision = by(state, asked, grant, call);
	return decision.kind === "denied" ? { ...decision, grant } : { ...decision, grant, call };
};

type Found = { kind: "grant"; grant: PolicyGrant } | { kind: "none"; code: ErrorCode; message: string; hint?: string };

/** The grant of the policy that the run was admitted under; for a plain fetch() the first that covers it. */
const findGrant = (state: ObjectState, { row, grant: name, method, args }: AskedCall): Found => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	// It is a way into http grants alone: through any other grant it is a method that is not there.
	if (method === "fetchAny" && isHttpGrant(row, bound, name)) {
		const covering = findCoveringGrant(bound, row.state.grants, args);
		return covering.kind === "grant" ? covering : { kind: "none", code: "egress_denied", message: covering.message };
	}
	const grant = row.state.grants.includes(name) ? bound.grants.get(name) : undefined;
	if (grant !== undefined) return { kind: "grant", grant };
	const granted = row.state.grants.map((granted) => `env.${granted}`).join(", ");
	return {
		kind: "none",
		code: "capability_not_granted",
		message: `Calling env.${name}: this run has no such grant; it has ${granted === "" ? "none" : granted}`,
	};
};

const isHttpGrant = ({ state }: RunRow, { grants }: BoundPolicy, name: string): boolean =>
	state.grants.includes(name) && grants.get(name)?.verb === "http.fetch";

/** Everything that can deny a call whose arguments fit, or have it asked about, in the order: the verb's rules, today's policy, flow, the grant's count, a person, its rates. */
const decide = (state: ObjectState, asked: AskedCall, grant: PolicyGrant, call: PreparedCall): Decision => {
	const { row, method } = asked;
	if (call.decision.kind === "denied") return call.decision;
	const today = decideUnderToday(state, asked, grant, call);
	if (today !== null) return today;
	// Whoever approved a plan has not answered what is asked since then.
	const unanswered = row.state.plan === null ? null : askedByTightened(state, asked, grant, call);
	if (unanswered !== null) return unanswered;
	const flow = flowOfCall(state, row, grant, call);
	if (flow.kind === "denied") return flow;
	if (grant.callsPerRun !== null && (row.state.callsByGrant[grant.name] ?? 0) >= grant.callsPerRun) {
		return {
			kind: "denied",
			code: "calls_exceeded",
			message: `Calling env.${grant.name}.${method}: the grant allows ${grant.callsPerRun} calls in a run, and they are used up`,
			hint: ERRORS.calls_exceeded.hint,
		};
	}
	const rule = needsApproval(grant.approval, method, asked.args);
	const late = decideRates(state, asked, grant, call);
	if (late !== null) return late;
	return askAbout(rule === null ? null : { kind: "ask", rule: "approval", why: rule.rule }, flow, call.decision);
};

/** Whoever is asked is told of everything that asks: a person who lets payments through has not let out what the run has read. */
const askAbout = (rule: Decision | null, flow: Decision, own: Decision): Decision => {
	const asking = [rule, flow, own].flatMap((decision) => (decision?.kind === "ask" ? [decision] : []));
	if (asking.length === 0) return own;
	return { kind: "ask", rule: asking.map((decision) => decision.rule).join(" and "), why: asking.map(({ why }) => why).join("; ") };
};

/** What can deny a call that was decided before: what today's policy has taken away. */
const decideKnown = (state: ObjectState, asked: AskedCall, grant: PolicyGrant, call: PreparedCall, isFlowApproved: boolean): Decision => {
	if (call.decision.kind === "denied") return call.decision;
	const today = decideUnderToday(state, asked, grant, call);
	if (today !== null) return today;
	const flow = tightenedFlow(state, asked.row, grant, call);
	if (flow?.kind === "denied") return flow;
	return (isFlowApproved ? null : askedByTightened(state, asked, grant, call)) ?? call.decision;
};

/** The denial of a call that was let through before the flow rule was tightened, where a person would have to be asked now; null: nobody would. */
const askedByTightened = (state: ObjectState, { row, method }: AskedCall, grant: PolicyGrant, call: PreparedCall): Denied | null =>
	tightenedFlow(state, row, grant, call)?.kind === "ask"
		? {
				kind: "denied",
				code: "flow_denied",
				message: `Calling env.${grant.name}.${method}: the policy's flow rule was tightened while the run was under way, and nobody was asked about what the run has read`,
				hint: "Start the run again: a person is asked then.",
			}
		: null;

/** The grant's own bounds on tokens in a run and on calls in a minute; the last to be asked, since asking counts. */
const decideRates = (state: ObjectState, { row, method, nowMs }: AskedCall, grant: PolicyGrant, call: PreparedCall): Decision | null => {
	const tokens = call.worstCost.tokens ?? 0;
	if (grant.tokensPerRun !== null && tokens > 0) {
		const used = (row.state.tokensByGrant[grant.name] ?? 0) + state.calls.tokensHeld(row.id, grant.name);
		const left = grant.tokensPerRun - used;
		if (tokens > left) {
			return {
				kind: "denied",
				code: "budget_exceeded",
				message: `Calling env.${grant.name}.${method}: it may take ${tokens} tokens, and the grant has ${Math.max(0, left)} of its ${grant.tokensPerRun} left in this run`,
				hint: "Ask for fewer tokens (maxTokens, a shorter prompt).",
			};
		}
	}
	const waitSeconds = grant.callsPerMinute === null ? null : takeFromRate(state.sql, grant.name, grant.callsPerMinute, nowMs);
	if (waitSeconds === null) return null;
	return {
		kind: "denied",
		code: "rate_limited",
		message: `Calling env.${grant.name}.${method}: the grant allows ${grant.callsPerMinute} calls a minute, and they are used up`,
		hint: `Try again in ${waitSeconds} s.`,
	};
};

/** A policy that was changed since the run began can only take away: null when today's policy allows the call too, or has it asked about as it was. */
const decideUnderToday = (
	state: ObjectState,
	{ row, method, args, resources }: AskedCall,
	grant: PolicyGrant,
	call: PreparedCall,
): Decision | null => {
	const version = state.facts.configuration()?.policyVersion;
	if (version === undefined || version === row.state.policyVersion) return null;
	const today = state.facts.policy(version).bound.grants.get(grant.name);
	const preparation = today?.verb === grant.verb && isSameRule(today, grant) ? today.bound.prepare(method, args, resources) : null;
	const decision = preparation?.kind === "prepared" ? preparation.call.decision.kind : "denied";
	if (decision === "allowed" || (decision === "ask" && call.decision.kind === "ask")) return null;
	return {
		kind: "denied",
		code: "capability_not_granted",
		message: `Calling env.${grant.name}.${method}: the policy was changed while the run was under way and does not allow it any more`,
		hint: ERRORS.capability_not_granted.hint,
	};
};

/** A grant that wants to be asked about otherwise than it did is another one. */
const isSameRule = (today: PolicyGrant, grant: PolicyGrant): boolean => JSON.stringify(today.approval) === JSON.stringify(grant.approval);
