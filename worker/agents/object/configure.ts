import { z } from "zod";
import { Agent, type Agent as AgentView, Policy, type UpdateAgent } from "../../../contract/agents.ts";
import { BudgetLimits } from "../../../contract/budgets.ts";
import { Isolation, Language, Program } from "../../../contract/runs.ts";
import { canonicalJson } from "../../ledger/chain-call.ts";
import { bindPolicy } from "../../policy/bind-policy.ts";
import { programBytes, programDigest, programSource } from "../program-source.ts";
import { describeAgent } from "./facts.ts";
import type { ObjectState } from "./object-state.ts";

/** What an agent starts from, as the registry keeps it. */
export const Birth = z.strictObject({
	name: z.string(),
	policy: Policy,
	program: Program.nullable(),
	language: Language,
	/** Left out: fresh. */
	isolation: Isolation.optional(),
	budget: z.strictObject({ limits: BudgetLimits }),
});
export type Birth = z.infer<typeof Birth>;

/** The first configuration. A second call changes nothing. */
export const beBorn = (state: ObjectState, identity: { tenantId: string; agentId: string; createdAtMs: number }, birth: Birth): void => {
	if (state.facts.configuration() !== null) return;
	state.facts.putPolicy(1, birth.policy);
	const programVersion = birth.program === null ? null : FIRST;
	if (birth.program !== null) bearProgram(state, birth.program, birth.language, identity.createdAtMs);
	state.facts.putConfiguration({
		...identity,
		name: birth.name,
		status: "active",
		policyVersion: 1,
		disabledGrants: [],
		programVersion,
		lastProgramVersion: programVersion ?? 0,
		language: birth.language,
		isolation: birth.isolation ?? "fresh",
		budget: birth.budget,
		updatedAtMs: identity.createdAtMs,
		revision: 1,
	});
};

const FIRST = 1;

const bearProgram = (state: ObjectState, program: Program, language: Language, createdAtMs: number): void => {
	const source = programSource(program, language);
	const [digest, bytes] = [programDigest(source), programBytes(source)];
	state.programs.insert({ version: FIRST, digest, language, bytes, note: null, createdAtMs, program });
};

/** The agent as the API shows it; null before its birth. */
export const currentAgent = (state: ObjectState): AgentView | null => {
	const configuration = state.facts.configuration();
	if (configuration === null) return null;
	const { programVersion, policyVersion } = configuration;
	const active = programVersion === null ? null : state.programs.get(programVersion);
	if (programVersion !== null && active === null)
		throw new Error(`Reading an agent: its active program, version ${programVersion}, is not there`);
	return Agent.parse(describeAgent(configuration, state.facts.policy(policyVersion).policy, active?.program ?? null));
};

/** What may be changed of an agent, by its tenant or by its switches. A program is one that is stored already: its version, or null for none. */
export type AgentPatch = Omit<UpdateAgent, "program"> & {
	programVersion?: number | null;
	status?: AgentView["status"];
	disabledGrants?: readonly string[];
};

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
		programVersion: patch.programVersion === undefined ? before.programVersion : patch.programVersion,
		language: patch.language ?? before.language,
		isolation: patch.isolation ?? before.isolation,
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
