import { z } from "zod";
import type { LintWarning } from "../../contract/lint.ts";
import { secretNames } from "../leaks/secret-names.ts";
import type { PolicyGrant } from "../policy/bind-policy.ts";
import { canHave, type LintRule, privateSources } from "./lint-subject.ts";

/** A provider reads every prompt. */
export const aiSinkUnlabelled: LintRule = (subject) => {
	if (!canHave(subject, "private")) return [];
	return ofVerb(subject.bound.grants.values(), "ai.complete").flatMap(({ name, bound }): LintWarning[] => {
		if (bound.labels.includes("external")) return [];
		const message = `What runs read in ${privateSources(subject)} can stand in prompts of ${name}, and its provider reads them: the grant is not external, so nobody is asked. Leave it so if your contract with the provider covers that data; else add "labels": ["external"] to ${name}.`;
		return [{ rule: "ai_sink_unlabelled", grants: [name], message }];
	});
};

const Writing = z.looseObject({ mode: z.literal("named"), store: z.string() });

/** What is written into a store of the operator's carries no labels to who reads it next; a dataset keeps them itself. */
export const storeWrittenUnlabelled: LintRule = (subject) =>
	ofVerb(subject.bound.grants.values(), "sql.query").flatMap((grant): LintWarning[] => {
		if (!Writing.safeParse(grant.grant).success) return [];
		const lacking = (["private", "untrusted"] as const).filter((label) => canHave(subject, label) && !grant.bound.labels.includes(label));
		if (lacking.length === 0) return [];
		const message = `If its queries write, runs can put what is ${lacking.join(" and ")} into the store through ${grant.name}, and whoever reads it there later has read nothing ${lacking.join(" or ")} by the labels. Add ${JSON.stringify(lacking)} to the labels of ${grant.name}, and of other grants that read the same.`;
		return [{ rule: "store_written_unlabelled", grants: [grant.name], message }];
	});

/** A secret that two verbs use can be carried from the rules of one to those of the other. */
export const secretUnderTwoVerbs: LintRule = ({ bound, resources }) => {
	const uses = new Map<string, PolicyGrant[]>();
	for (const grant of bound.grants.values()) {
		const described = (grant.bound.resources ?? []).map(({ kind, name }) => resources.get(`${kind}/${name}`));
		for (const secret of secretNames([grant.grant, ...described])) uses.set(secret, [...(uses.get(secret) ?? []), grant]);
	}
	return [...uses].flatMap(([secret, grants]): LintWarning[] => {
		const verbs = [...new Set(grants.map(({ verb }) => verb))];
		if (verbs.length < 2) return [];
		const message = `The secret ${secret} is used by ${verbs.join(" and ")}: what one verb refuses with it, another may do, and whoever rotates or leaks it changes both. Seal one secret for each use.`;
		return [{ rule: "secret_under_two_verbs", grants: grants.map(({ name }) => name), message }];
	});
};

const ofVerb = (grants: Iterable<PolicyGrant>, verb: string): readonly PolicyGrant[] => [...grants].filter((grant) => grant.verb === verb);
