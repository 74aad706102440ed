import { z } from "zod";
import type { Plan } from "../../../contract/runs.ts";
import { locatorOf } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { canonicalJson, sha256Hex } from "../../ledger/chain-call.ts";
import { kindOfCall } from "./match-call.ts";
import type { ObjectState } from "./object-state.ts";
import type { Draft } from "./record-call.ts";
import { jsonColumn, readRow } from "../../db/rows.ts";
import type { RunRow } from "./run-rows.ts";

/** A plan that somebody approved. */
export interface ApprovedPlan {
	readonly digest: string;
	/** The version of the policy that it was made under. */
	readonly policyVersion: number;
	/** Kinds of its effects, one for each. */
	readonly kinds: readonly string[];
	/** `<kind> <nth>` of the dry run's calls -> when its program had the answer: it has it at the same time again, since times may stand in what is planned. */
	readonly stamps: Readonly<Record<string, number>>;
}

const Stamp = z.object({ at_ms: z.int().nullable() });
const Made = z.object({ made: z.int() });
const PlanRow = z.object({ run_id: z.string(), executed_by: z.string().nullable() });
const Effects = z.object({ plan: jsonColumn(z.array(z.string())) });

/**
 * What a dry run has planned, with the digest that stands for it: made over run (and so program and input), agent, policy and the effects in their order.
 * Behind it stand the characters that lead to the agent's object, as in an id.
 */
export const planOf = (state: ObjectState, agentId: string, row: RunRow): Plan => {
	const { policyVersion, programDigest } = row.state;
	const effects = state.calls
		.journal(row.id)
		.filter(({ record }) => record.status === "planned")
		.map(({ record, args }) => ({
			grant: record.grant,
			verb: record.verb,
			method: record.method,
			args: args ?? "[]",
			effect: record.effect ?? "write",
			cost: record.cost,
			approval: record.rule?.startsWith("asks: ") === true ? record.rule.slice("asks: ".length) : null,
		}));
	const what = effects.map(({ grant, method, args }) => ({ grant, method, args }));
	const hex = sha256Hex(canonicalJson({ agentId, run: row.id, policyVersion, programDigest, effects: what }));
	return { digest: `sha256:${hex}.${locatorOf(agentId)}`, effects };
};

/** Keeps what a dry run's plan is found by, when it has ended well. */
export const keepPlan = (state: ObjectState, row: RunRow): void => {
	const configuration = state.facts.configuration();
	if (configuration === null || row.status !== "succeeded") return;
	const { digest } = planOf(state, configuration.agentId, row);
	state.sql.exec("INSERT OR IGNORE INTO plans (digest, run_id) VALUES (?, ?)", digest, row.id);
	state.sql.exec(
		"DELETE FROM plans WHERE digest IN (SELECT digest FROM plans ORDER BY run_id DESC LIMIT -1 OFFSET ?)",
		LIMITS.plansPerAgent,
	);
};

/** The dry run that a plan is of, and the run that has executed it, if one has; null: there is no such plan (any more). */
export const findPlan = (state: ObjectState, digest: string): { runId: string; executedBy: string | null } | null => {
	const row = readRow(state.sql, PlanRow, "SELECT run_id, executed_by FROM plans WHERE digest = ?", digest);
	return row === null ? null : { runId: row.run_id, executedBy: row.executed_by };
};

/** Why a plan of another policy is not executed. */
export const otherPolicy = (version: number, today: number): string =>
	`it was made under version ${version} of the agent's policy, which is at version ${today}; make a new one with a dry run`;

/** When the program of a run that executes a plan has the answer of a call: null where the plan does not say, and of other runs. */
export const plannedStamp = (state: ObjectState, row: RunRow, kind: string, nth: number): number | null => {
	if (row.state.plan === null) return null;
	const read = "SELECT stamps ->> ? AS at_ms FROM work WHERE run_id = ?";
	return readRow(state.sql, Stamp, read, `$."${kind} ${nth}"`, row.id)?.at_ms ?? null;
};

/** Gives a plan to the run that executes it: the first one. @returns what stands in the way; null: nothing */
export const takePlan = (state: ObjectState, digest: string, policyVersion: number, runId: string): string | null => {
	const plan = findPlan(state, digest);
	if (plan === null) return "it is not known any more; make a new one with a dry run";
	if (plan.executedBy !== null) return `it was executed by ${plan.executedBy}, and may be executed once`;
	const today = state.facts.configuration()?.policyVersion ?? 0;
	if (today !== policyVersion) return otherPolicy(policyVersion, today);
	state.sql.exec("UPDATE plans SET executed_by = ? WHERE digest = ?", runId, digest);
	return null;
};

/** Kinds of the effects of a plan, one for each. */
export const planKinds = (plan: Plan): string[] => plan.effects.map(({ grant, method, args }) => kindOfCall(grant, method, args));

const kindsOf = (state: ObjectState, runId: string): readonly string[] =>
	readRow(state.sql, Effects, "SELECT plan FROM work WHERE run_id = ?", runId)?.plan ?? [];

/** Whether the plan that a run executes still has a call of this kind to be made. @param draft with the grant that covers it */
export const isInPlan = (state: ObjectState, row: RunRow, draft: Draft): boolean => {
	const planned = kindOfCall(draft.grant, draft.method, draft.argsText ?? "");
	const allowed = kindsOf(state, row.id).filter((known) => known === planned).length;
	const made = askedKinds(state, row, draft).reduce((sum, kind) => sum + countMade(state, row, kind), 0);
	return made < allowed;
};

const countMade = (state: ObjectState, row: RunRow, kind: string): number => {
	const count = "SELECT count(*) AS made FROM calls WHERE run_id = ? AND kind = ? AND record ->> '$.rule' = ?";
	return readRow(state.sql, Made, count, row.id, kind, planRule(row))?.made ?? 0;
};

/** Under which kinds the journal may have the same call: a plain fetch() is one of its covering grant, through whichever http grant it was asked for. */
const askedKinds = (state: ObjectState, row: RunRow, { kind, method, argsText }: Draft): string[] => {
	if (method !== "fetchAny") return [kind];
	const { grants } = state.facts.policy(row.state.policyVersion).bound;
	const fetching = row.state.grants.filter((name) => grants.get(name)?.verb === "http.fetch");
	return fetching.map((name) => kindOfCall(name, method, argsText ?? ""));
};

/** What the ledger says of a call that a plan lets through. */
export const planRule = ({ state }: RunRow): string => `plan ${state.plan}`;

/** How many effects of its plan a run has not made. */
export const leftOfPlan = (state: ObjectState, row: RunRow): number => {
	if (row.state.plan === null) return 0;
	const left = [...kindsOf(state, row.id)];
	for (const { record, args } of state.calls.journal(row.id)) {
		const at = left.indexOf(kindOfCall(record.grant, record.method, args ?? ""));
		if (at !== -1 && record.rule === planRule(row)) left.splice(at, 1);
	}
	return left.length;
};
