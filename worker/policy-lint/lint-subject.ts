import type { Policy } from "../../contract/agents.ts";
import type { LintWarning } from "../../contract/lint.ts";
import type { BoundPolicy, PolicyGrant } from "../policy/bind-policy.ts";
import type { Label, Resources } from "../verbs/verb.ts";

/** What the rules look at. */
export interface LintSubject {
	readonly policy: Policy;
	readonly bound: BoundPolicy;
	/** What its grants name, as the tenant has it. */
	readonly resources: Resources;
	/** How runs of other agents that it may start would be more than it may do itself, by the grant that starts them. */
	readonly wider: ReadonlyMap<string, string>;
	/** Grants that calls of the agent's runs have used; null: it has no runs, or too many calls to tell. */
	readonly used: { readonly grants: ReadonlySet<string>; readonly runs: number } | null;
}

/** One idea of what can go wrong. Pure. */
export type LintRule = (subject: LintSubject) => readonly LintWarning[];

/** Grants with a label, which their verb or the policy gives them. */
export const labelled = ({ bound }: LintSubject, label: Label): readonly PolicyGrant[] =>
	[...bound.grants.values()].filter((grant) => grant.bound.labels.includes(label));

/** Whether a run can come to have a label: it begins with it, or a grant gives it. */
export const canHave = (subject: LintSubject, label: "private" | "untrusted"): boolean =>
	subject.bound.labels.includes(label) || labelled(subject, label).length > 0;

/** Names for a sentence: `crm, web and 2 more`. */
export const namesOf = (grants: readonly { readonly name: string }[]): string => {
	const shown = grants.slice(0, SHOWN).map(({ name }) => name);
	const more = grants.length > SHOWN ? ` and ${grants.length - SHOWN} more` : "";
	return `${shown.join(", ")}${more}`;
};
const SHOWN = 6;

/** Where private data comes from, for a sentence. */
export const privateSources = (subject: LintSubject): string => {
	const sources = labelled(subject, "private");
	return sources.length === 0 ? "the run's input" : namesOf(sources);
};
