import { z } from "zod";
import { Agent, type Agent as AgentView, Policy, type UpdateAgent } from "../../../contract/agents.ts";
import { BudgetLimits } from "../../../contract/budgets.ts";
import { Language, Program } from "../../../contract/runs.ts";
import { canonicalJson } from "../../ledger/chain-call.ts";
import { bindPolicy } from "../../policy/bind-policy.ts";
import { describeAgent } from "./facts.ts";
import type { ObjectState } from "./object-state.ts";

/** What an agent starts from, as the registry keeps it. */
export const Birth = z.strictObject({
	name: z.string(),
	policy: Policy,
	program: Program.nullable(),
	language: Language,
	budget: z.strictObject({ limits: BudgetLimits }),
});
export type Birth = z.infer<typeof Birth>;

/** The first configuration. A second call changes nothing. */
export const beBorn = (state: ObjectState, identity: { tenantId: string; agentId: string; createdAtMs: number }, birth: Birth): void => {
	if (state.facts.configuration() !== null) return;
	state.facts.putPolicy(1, birth.policy);
	state.facts.putConfiguration({
		...identity,
		name: birth.name,
		status: "active",
		policyVersion: 1,
		disabledGrants: [],
		program: birth.program,
		language: birth.language,
		budget: birth.budget,
		updatedAtMs: identity.createdAtMs,
		revision: 1,
	});
};

/** The agent as the API shows it; null before its birth. */
export const currentAgent = (state: ObjectState): AgentView | null => {
	const configuration = state.facts.configuration();
	return configuration === null ? null : Agent.parse(describeAgent(configuration, state.facts.policy(configuration.policyVersion).policy));
};

/** What may be changed of an agent, by its tenant or by its switches. */
export type AgentPatch = UpdateAgent & { status?: AgentView["status"]; disabledGrants?: readonly string[] };

/** Changes what is given. A policy other than the one there is makes a new version; versions are kept while a run that was admitted under them is live, or is not recorded yet. The caller has checked the policy: it is bound here again, and a bad one is a bug. */
export const changeAgent = (state: ObjectState, patch: AgentPatch, nowMs: number): AgentView | null => {
	const before = state.facts.configuration();
	if (before === null) return null;
	const current = state.facts.policy(before.policyVersion).policy;
	const isNew = patch.policy !== undefined && canonicalJson(patch.policy) !== canonicalJson(current);
	const policyVersion = isNew ? before.policyVersion + 1 : before.policyVersion;
	if (isNew && patch.policy !== undefined) {
		bindPolicy(patch.policy);
		state.facts.putPolicy(policyVersion, patch.policy);
		state.scopes.revokeOf(changedGrants(current, patch.policy), nowMs);
		state.facts.dropPolicies(new Set([policyVersion, ...state.runs.policyVersions()]));
	}
	state.facts.putConfiguration({
		...before,
		name: patch.name ?? before.name,
		status: patch.status ?? before.status,
		policyVersion,
		// A grant that the policy loses is forgotten; one that it keeps, in whatever form, stays off until somebody enables it.
		disabledGrants: (patch.disabledGrants ?? before.disabledGrants).filter((name) => Object.hasOwn((patch.policy ?? current).grants, name)),
		program: patch.program === undefined ? before.program : patch.program,
		language: patch.language ?? before.language,
		budget: patch.budget ?? before.budget,
		updatedAtMs: Math.max(nowMs, before.updatedAtMs + 1),
		revision: before.revision + 1,
	});
	state.outbox.mark("agent", before.agentId);
	return currentAgent(state);
};

/** Grants that are not what they were: who approved calls to come through them had the old ones before them. */
const changedGrants = (before: Policy, after: Policy): string[] =>
	Object.keys(before.grants).filter((name) => canonicalJson(before.grants[name] ?? null) !== canonicalJson(after.grants[name] ?? null));
