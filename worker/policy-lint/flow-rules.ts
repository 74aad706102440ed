import type { LintWarning } from "../../contract/lint.ts";
import type { PolicyGrant } from "../policy/bind-policy.ts";
import { canHave, labelled, type LintRule, type LintSubject, namesOf, privateSources } from "./lint-subject.ts";
import { placesOf } from "./places-of.ts";

/** The three that leak together, with nobody asked. */
export const privateUntrustedExternalAllowed: LintRule = (subject) => {
	const { flow } = subject.bound;
	const external = labelled(subject, "external");
	if (flow.otherwise !== "allow" || external.length === 0 || !canHave(subject, "private") || !canHave(subject, "untrusted")) return [];
	const message = `A text that a stranger wrote can have a run read ${privateSources(subject)} and send it out through ${namesOf(external)}, and nobody is asked: the flow rule is allow. Use approve or deny, or name the recipients that may get it: { "allow": [{ "grant": "…", "hosts": ["…"] }], "otherwise": "approve" }.`;
	return [{ rule: "private_untrusted_external_allowed", grants: grantsOf(subject, external), message }];
};

/** A recipient stands for one receiver; one that covers many is none. */
export const recipientCoversMany: LintRule = (subject) => {
	const { listed } = subject.bound.flow;
	if (!canHave(subject, "private") || !canHave(subject, "untrusted")) return [];
	return labelled(subject, "external").flatMap((grant): LintWarning[] => {
		if (listed.get(grant.name) !== null) return [];
		const wide = placesOf(grant).filter(({ isWild, isShared }) => isWild || isShared);
		if (wide.length === 0) return [];
		const hosts = namesOf(wide.map(({ host }) => ({ name: host })));
		const message = `The flow rule lets all that ${grant.name} reaches go unasked, and under ${hosts} others than you have addresses too: what runs read in ${privateSources(subject)} can go to them. Name the recipient's hosts (and paths in the grant).`;
		return [{ rule: "recipient_covers_many", grants: [grant.name], message }];
	});
};

/** An entry that says nothing: somebody thought the grant was external. */
export const recipientNotExternal: LintRule = ({ bound }) =>
	[...bound.flow.listed.keys()].flatMap((name): LintWarning[] => {
		const grant = bound.grants.get(name);
		if (grant === undefined || grant.bound.labels.includes("external")) return [];
		const message = `The flow rule names ${name} as a recipient, and the grant is not external: its calls go unasked anyway. Label it external if what it gets leaves the house, or take it out of the rule.`;
		return [{ rule: "recipient_not_external", grants: [name], message }];
	});

/** The rule looks at what the run itself has read; a model that wrote the program may have read more. */
export const firstCallUnasked: LintRule = (subject) => {
	const { flow, labels } = subject.bound;
	if (flow.otherwise === "allow" || labels.includes("untrusted")) return [];
	const sources = labelled(subject, "private").filter(({ bound }) => !bound.labels.includes("untrusted"));
	const asked = labelled(subject, "external").filter(({ name, approval }) => approval !== "always" && flow.listed.get(name) !== null);
	if (sources.length === 0 || asked.length === 0) return [];
	const message = `A run that has read nothing untrusted may send what it read in ${namesOf(sources)} through ${namesOf(asked)} unasked, also when the model that wrote its program was fooled by a text that it read elsewhere. Start such runs with "labels": ["untrusted"], or have all begin so: "flow": { "labels": ["untrusted"] }.`;
	return [{ rule: "first_call_unasked", grants: grantsOf(subject, asked), message }];
};

const grantsOf = (subject: LintSubject, external: readonly PolicyGrant[]): string[] => [
	...new Set([...labelled(subject, "private"), ...external].map(({ name }) => name)),
];
