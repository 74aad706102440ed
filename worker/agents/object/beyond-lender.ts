import type { FlowRule, Policy } from "../../../contract/agents.ts";
import { isId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { type BoundPolicy, bindPolicy, type PolicyGrant } from "../../policy/bind-policy.ts";
import { beyondGrants } from "../../policy/attenuate.ts";
import { beyondFlow, type FlowOver } from "../../policy/attenuate-flow.ts";
import { bindFlow } from "../../policy/bind-flow.ts";
import { agentRun } from "../../verbs/agent-run/agent-run.ts";
import { SELF } from "../../verbs/agent-run/agent-order.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import type { Configuration } from "./facts.ts";
import type { EffectiveLimits } from "../../policy/run-limits.ts";
import type { ObjectState } from "./object-state.ts";
import type { Parent } from "./run-state.ts";

/** What the run may do that starts another one, as its agent's object tells it. */
export interface Lender {
	readonly agentId: string;
	/** Names of agents that are known to mean these ids. */
	readonly names: Readonly<Record<string, string>>;
	/** Its grants as they stand in its policy, with the flow rule: every one of these has to cover what is passed on. */
	readonly policies: readonly { readonly grants: Policy["grants"]; readonly flow: FlowRule }[];
}

/** A run's limits, with no more time for an attempt than its parent has lent it for all of them. */
export const withinSlice = (limits: EffectiveLimits, parent: Parent | null): EffectiveLimits => ({
	...limits,
	cpuMs: Math.min(limits.cpuMs, parent?.slice.cpuMs ?? limits.cpuMs),
	wallMs: Math.min(limits.wallMs, parent?.slice.wallMs ?? limits.wallMs),
});

/** Why a run must not be started by another one: that one is over, or could not do itself what this one may. Null: it may be. */
export const lenderFault = (
	state: ObjectState,
	{ runId, lender }: { readonly runId: string; readonly lender?: Lender | null },
	{ grants, policyVersion }: { readonly grants: readonly string[]; readonly policyVersion: number },
): RefusedAnswer | null => {
	const configuration = state.facts.configuration();
	if (state.kin.isCancelledAhead(runId)) return refuse("run_ended", "Starting a run: the run that was to start it has ended");
	if (!lender || configuration === null)
		return refuse("capability_not_granted", "Starting a run: nobody says what the run may do that starts it");
	return beyondLender(configuration, state.facts.policy(policyVersion).policy, grants, lender);
};

/**
 * Why a run may not be started with these grants of its agent: it could do what the run that starts it cannot. Null: all that it may do, that one may do too.
 * @param names those of its grants that it may use
 */
export const beyondLender = (
	configuration: Pick<Configuration, "agentId" | "name">,
	policy: Policy,
	names: readonly string[],
	lender: Lender,
): RefusedAnswer | null => {
	const { own, theirs, verdicts } = comparedOf(configuration, policy, lender);
	for (const name of names) {
		const grant = own.grants.get(name);
		if (grant !== undefined && !verdicts.has(name)) verdicts.set(name, beyondAny(theirs, grant));
		const beyond = verdicts.get(name) ?? null;
		if (beyond !== null) return refuse("capability_not_granted", `Starting a run: the agent's grant ${name} is ${phrase(beyond)}`);
	}
	const ownFlow = { flow: own.flow, grants: [...own.grants.values()] };
	const wider = theirs.map((their) => beyondFlow(their, ownFlow, names)).find((fault) => fault !== null);
	return wider == null ? null : refuse("capability_not_granted", `Starting a run: the agent's policy ${wider}`);
};

/** Grants of an agent and of who starts its runs, as far as they were compared: how each of the agent's is more, by its name, or null. */
interface Compared {
	readonly own: BoundPolicy;
	readonly theirs: readonly FlowOver[];
	readonly verdicts: Map<string, string | null>;
}

/** Those compared last: a program may ask for runs as fast as it can call, and comparing large policies takes long. */
const known = new Map<string, Compared>();

const comparedOf = (configuration: Pick<Configuration, "agentId" | "name">, policy: Policy, lender: Lender): Compared => {
	const { agentId, name } = configuration;
	const key = JSON.stringify([agentId, name, policy.grants, policy.flow, lender]);
	const found = known.get(key);
	if (found !== undefined) return found;
	const ids = { ...lender.names, [name]: agentId };
	const own = bindPolicy({ ...policy, grants: withIds(policy.grants, ids, agentId) });
	const theirs = lender.policies.map(({ grants, flow }) => ({
		flow: bindFlow(flow),
		grants: [...bindPolicy({ grants: withIds(grants, ids, lender.agentId) }).grants.values()],
	}));
	const compared: Compared = { own, theirs, verdicts: new Map() };
	const [oldest] = known.keys();
	if (known.size >= LIMITS.lendersKnown && oldest !== undefined) known.delete(oldest);
	known.set(key, compared);
	return compared;
};

const beyondAny = (theirs: Compared["theirs"], grant: PolicyGrant): string | null => {
	for (const { grants } of theirs) {
		const beyond = beyondGrants(grants, grant);
		if (beyond !== null) return beyond;
	}
	return null;
};

const phrase = (beyond: string): string => (beyond.startsWith("more than") ? beyond : `more than the run may do that starts it: ${beyond}`);

/** Grants that name agents by their ids: `self` is another agent in another policy, and names are known by few. */
const withIds = (grants: Policy["grants"], ids: Readonly<Record<string, string>>, selfId: string): Policy["grants"] => {
	// An id means its agent, whatever another one is named.
	const named = Object.entries(ids).filter(([name, id]) => name === id || !isId("agt", name));
	const meant = new Map([...named, [SELF, selfId] as const]);
	return Object.fromEntries(
		Object.entries(grants).map(([name, grant]) => {
			const id = grant.verb === agentRun.name && typeof grant["agent"] === "string" ? meant.get(grant["agent"]) : undefined;
			return [name, id === undefined ? grant : { ...grant, program: programOf(grant), agent: id }];
		}),
	);
};

/** What is left out means something else for `self`. */
const programOf = (grant: Policy["grants"][string]): unknown => grant["program"] ?? (grant["agent"] === SELF ? "given" : "stored");
