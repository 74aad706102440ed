import type { BoundPolicy, PolicyGrant } from "../../policy/bind-policy.ts";
import { decideFlow, type FlowingCall, flowHosts } from "../../policy/decide-flow.ts";
import { withinHosts } from "../../verbs/http-fetch/recipient-host.ts";
import type { Decision, PreparedCall } from "../../verbs/verb.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** Whether what a run has touched lets a call happen now: by the flow rule of the run's version of the policy and by today's, the stricter of both. */
export const flowOfCall = (state: ObjectState, row: RunRow, grant: PolicyGrant, call: PreparedCall): Decision => {
	const { flows, touched } = flowOfRun(state, row);
	return decideFlow(flows, touched, flowing(grant, call));
};

/** What today's rule says of a call, if that is stricter than what the rule says that the run was admitted under; null: it is not. */
export const tightenedFlow = (state: ObjectState, row: RunRow, grant: PolicyGrant, call: PreparedCall): Decision | null => {
	const { given, today, touched } = flowOfRun(state, row);
	if (given === today) return null;
	const before = decideFlow([given.flow], new Set(row.state.labels), flowing(grant, call));
	const now = decideFlow([today.flow], touched, flowing(grant, call));
	return STRICTNESS[now.kind] > STRICTNESS[before.kind] ? now : null;
};

/**
 * A call's grant as whoever performs it is given it: where the flow rule lets it go to named hosts alone, it reaches no others, so that no redirect leads on.
 * @returns the grant's data, and what sets it apart from the grant as it stands in the policy; null: nothing
 */
export const heldGrant = (
	state: ObjectState,
	row: RunRow,
	grant: PolicyGrant,
	call: PreparedCall,
): { readonly grant: unknown; readonly held: string | null } => {
	const { flows, touched } = flowOfRun(state, row);
	const hosts = flowHosts(flows, touched, flowing(grant, call));
	if (hosts.length === 0) return { grant: grant.grant, held: null };
	return { grant: hosts.reduce<unknown>((held, some) => withinHosts(held, some), grant.grant), held: JSON.stringify(hosts) };
};

const STRICTNESS = { allowed: 0, ask: 1, denied: 2 } as const;

const flowing = ({ name, bound }: PolicyGrant, { to }: PreparedCall): FlowingCall => ({
	grant: name,
	labels: bound.labels,
	to: to ?? null,
});

interface RunFlow {
	readonly given: BoundPolicy;
	readonly today: BoundPolicy;
	readonly flows: readonly BoundPolicy["flow"][];
	readonly touched: ReadonlySet<string>;
}

const flowOfRun = (state: ObjectState, row: RunRow): RunFlow => {
	const version = state.facts.configuration()?.policyVersion ?? row.state.policyVersion;
	const given = state.facts.policy(row.state.policyVersion).bound;
	const today = state.facts.policy(version).bound;
	return {
		given,
		today,
		flows: given === today ? [given.flow] : [given.flow, today.flow],
		touched: touchedBy(state, row),
	};
};

/** The run's labels, and those that today's policy has every run begin with. */
export const touchedBy = (state: ObjectState, row: RunRow): ReadonlySet<string> => {
	const version = state.facts.configuration()?.policyVersion ?? row.state.policyVersion;
	return new Set([...row.state.labels, ...state.facts.policy(version).bound.labels]);
};
