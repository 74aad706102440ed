import { z } from "zod";
import { beyondApproval } from "../verbs/beyond-approval.ts";
import { beyondFields } from "../verbs/beyond-fields.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import { readOnce } from "../verbs/read-once.ts";
import type { PolicyGrant } from "./bind-policy.ts";

/**
 * How a grant lets more happen than another one, a sentence; null: every call that the child's grant lets happen, the parent's lets happen too, no more
 * often, with the same secrets and resources, and with a person asked at least whenever the parent's asks. What cannot be proven is more: nothing fails open.
 * The sentence tells of the child's grant where it is more and nothing that stands there, since who reads it may be another agent's program. Pure.
 */
export const beyondGrant = (parent: PolicyGrant, child: PolicyGrant): string | null => {
	if (child.verb !== parent.verb) return `verb: found ${child.verb}, wanted ${parent.verb}`;
	return beyondLabels(parent, child) ?? beyondApproval("approval", parent.approval, child.approval) ?? beyondOfVerb(parent, child);
};

/**
 * Like beyondGrant, where some one of the parents' grants must cover the child's alone. The sentence is about the grant of the same name, or else about the first
 * of the same verb.
 * @param parents grants that the parent's run has.
 */
export const beyondGrants = (parents: readonly PolicyGrant[], child: PolicyGrant): string | null => {
	const candidates = parents.filter(({ verb }) => verb === child.verb);
	const reasons: { readonly name: string; readonly why: string }[] = [];
	for (const parent of candidates) {
		const why = beyondGrant(parent, child);
		if (why === null) return null;
		reasons.push({ name: parent.name, why });
	}
	const told = reasons.find(({ name }) => name === child.name) ?? reasons[0];
	if (told === undefined) return `verb: found ${child.verb}, wanted one that the parent's run has a grant of`;
	return `more than the parent's grant ${told.name}: ${told.why}`;
};

/** Labels only ever hold a run back, so the child's may be more. Those that the verb has by nature are among them. */
const beyondLabels = ({ bound: { labels: theirs } }: PolicyGrant, { bound: { labels: own } }: PolicyGrant): string | null => {
	const lacking = theirs.filter((label) => !own.includes(label));
	return lacking.length === 0 ? null : `labels: found ${own.join(", ") || "none"}, wanted ${lacking.join(", ")} too`;
};

const read = readOnce(z.looseObject({ limits: z.looseObject({}).optional() }));

const beyondOfVerb = (parent: PolicyGrant, child: PolicyGrant): string | null => {
	const verb = CATALOGUE.get(child.verb);
	if (verb?.beyond !== undefined) return verb.beyond(parent.grant, child.grant);
	return beyondFields(read(parent.grant), read(child.grant), { fields: [], limits: {} });
};
