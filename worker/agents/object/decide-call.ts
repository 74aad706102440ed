import { ERRORS, type ErrorCode } from "../../../contract/errors.ts";
import type { PolicyGrant } from "../../policy/bind-policy.ts";
import { decideFlow } from "../../policy/decide-flow.ts";
import { findCoveringGrant } from "../../policy/find-covering-grant.ts";
import type { Decision, PreparedCall, ResourceRef, Resources } from "../../verbs/verb.ts";
import type { ObjectState } from "./object-state.ts";
import { takeFromRate } from "./rate-rows.ts";
import type { RunRow } from "./run-rows.ts";

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
	if (row === null || today === undefined) return [];
	const versions = new Set([row.state.policyVersion, today]);
	return [...versions].flatMap((version) => state.facts.policy(version).bound.grants.get(grant)?.bound.resources ?? []);
};

/** What the policy says of a call. A denial carries what is known of the grant by then. */
export type CallDecision =
	| { kind: "allowed"; grant: PolicyGrant; call: PreparedCall; rule: string }
	| { kind: "denied"; grant: PolicyGrant | null; code: ErrorCode; message: string; hint?: string };

/** Decides a call by everything but the budget: does the run have the grant, do the arguments fit, and may it happen. */
export const decideCall = (state: ObjectState, asked: AskedCall): CallDecision => {
	const found = findGrant(state, asked);
	if (found.kind === "none") return { ...found, kind: "denied", grant: null };
	const { grant } = found;
	const preparation = grant.bound.prepare(asked.method, asked.args, asked.resources);
	if (preparation.kind === "invalid") return { kind: "denied", grant, code: "invalid_arguments", message: preparation.message };
	const decision = decide(state, asked, grant, preparation.call);
	return decision.kind === "denied" ? { ...decision, grant } : { kind: "allowed", grant, call: preparation.call, rule: decision.rule };
};

type Found = { kind: "grant"; grant: PolicyGrant } | { kind: "none"; code: ErrorCode; message: string; hint?: string };

/** The grant of the policy that the run was admitted under; for a plain fetch() the first that covers it. */
const findGrant = (state: ObjectState, { row, grant: name, method, args }: AskedCall): Found => {
	const { bound } = state.facts.policy(row.state.policyVersion);
	if (method === "fetchAny") {
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

/** Everything that can deny a call whose arguments fit, in the order: the verb's rules, today's policy, approval, flow, the grant's count. */
const decide = (state: ObjectState, asked: AskedCall, grant: PolicyGrant, call: PreparedCall): Decision => {
	const { row, method } = asked;
	if (call.decision.kind === "denied") return call.decision;
	const today = decideUnderToday(state, asked, grant);
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
	const late = decideRates(state, asked, grant, call);
	return late ?? call.decision;
};

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

/** A policy that was changed since the run began can only take away: null when today's policy allows the call too. */
const decideUnderToday = (state: ObjectState, { row, method, args, resources }: AskedCall, grant: PolicyGrant): Decision | null => {
	const version = state.facts.configuration()?.policyVersion;
	if (version === undefined || version === row.state.policyVersion) return null;
	const today = state.facts.policy(version).bound.grants.get(grant.name);
	const preparation = today?.verb === grant.verb && today.approval === grant.approval ? today.bound.prepare(method, args, resources) : null;
	if (preparation?.kind === "prepared" && preparation.call.decision.kind === "allowed") return null;
	return {
		kind: "denied",
		code: "capability_not_granted",
		message: `Calling env.${grant.name}.${method}: the policy was changed while the run was under way and does not allow it any more`,
		hint: ERRORS.capability_not_granted.hint,
	};
};
