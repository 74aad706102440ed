import { FLOW_RULES } from "../../contract/agents.ts";
import { beyondGrant } from "./attenuate.ts";
import type { BoundFlow } from "./bind-flow.ts";
import type { PolicyGrant } from "./bind-policy.ts";

/** A rule with the grants that its recipients name. */
export interface FlowOver {
	readonly flow: BoundFlow;
	readonly grants: readonly PolicyGrant[];
}

/**
 * How a flow rule lets more leave unasked than another one, a sentence; null: every external call that goes unasked under the child's goes unasked under the
 * parent's too, and is denied at least where the parent's denies. Recipients are compared by what their grants reach, since each policy has names of its own.
 * @param names grants of the child's that its run may use: no others send anything
 */
export const beyondFlow = (parent: FlowOver, child: FlowOver, names: readonly string[]): string | null => {
	const { otherwise: theirs } = parent.flow;
	if (theirs === "allow") return null;
	const { otherwise: own } = child.flow;
	if (FLOW_RULES.indexOf(own) < FLOW_RULES.indexOf(theirs))
		return `has the flow rule ${own}, wanted one that is at least as strict as ${theirs}, that of the run that starts it`;
	const wider = child.grants.find((grant) => names.includes(grant.name) && !isWithin(parent, child, grant));
	return wider === undefined
		? null
		: `lets calls of its grant ${wider.name} leave unasked by its flow rule, wanted no recipient that the flow rule of the run that starts it does not name`;
};

/** Whether the parent's rule names a grant that covers the child's, for the same hosts or more. */
const isWithin = (parent: FlowOver, child: FlowOver, grant: PolicyGrant): boolean => {
	const hosts = child.flow.listed.get(grant.name);
	if (hosts === undefined || !grant.bound.labels.includes("external")) return true;
	return parent.grants.some((candidate) => {
		const theirs = parent.flow.listed.get(candidate.name);
		if (theirs === undefined || beyondGrant(candidate, grant) !== null) return false;
		return theirs === null || hosts?.every((own) => theirs.some((most) => coversHost(most, own))) === true;
	});
};

const coversHost = (most: { host: string; port: number | null }, own: { host: string; port: number | null }): boolean =>
	most.host === own.host && (most.port === null || most.port === own.port);
