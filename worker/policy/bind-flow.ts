import type { FLOW_RULES, FlowRule, Policy } from "../../contract/agents.ts";
import type { Issue } from "../../contract/describe-issues.ts";
import { isRecipientHost, type RecipientHost, readRecipientHost } from "../verbs/http-fetch/recipient-host.ts";
import type { PolicyGrant } from "./bind-policy.ts";

/** A policy's flow rule, ready to decide. */
export interface BoundFlow {
	/** Grants whose external calls go unasked, with the hosts that they may then reach; null: all that the grant reaches. */
	readonly listed: ReadonlyMap<string, readonly RecipientHost[] | null>;
	/** What becomes of every other external call. */
	readonly otherwise: (typeof FLOW_RULES)[number];
}

const RULE = "private+untrusted -> external";
const DEFAULT = "approve";

/** Makes a rule ready. Of two entries for a grant the wider one counts: each is a permission. */
export const bindFlow = (rule: FlowRule | undefined): BoundFlow => {
	if (rule === undefined) return { listed: new Map(), otherwise: DEFAULT };
	if (typeof rule === "string") return { listed: new Map(), otherwise: rule };
	const listed = new Map<string, readonly RecipientHost[] | null>();
	for (const { grant, hosts } of rule.allow) {
		const before = listed.get(grant);
		const read = hosts === undefined ? null : hosts.flatMap((text) => readHost(text));
		listed.set(grant, before === null || read === null ? null : [...(before ?? []), ...read]);
	}
	return { listed, otherwise: rule.otherwise ?? DEFAULT };
};

/** One that is no host covers nothing; `flowFaults` refuses it with the policy. */
const readHost = (text: string): RecipientHost[] => {
	const reading = readRecipientHost(text);
	return reading.kind === "host" ? [reading.host] : [];
};

/** The rule of a policy as it stands there. */
export const flowRuleOf = (policy: Pick<Policy, "flow">): FlowRule | undefined => policy.flow?.[RULE];

/** What is wrong with a rule's recipients: each must be a grant of the policy, and hosts are for http.fetch alone, where a rule or a template reaches them. */
export const flowFaults = (rule: FlowRule | undefined, grants: ReadonlyMap<string, PolicyGrant>): Issue[] => {
	if (rule === undefined || typeof rule === "string") return [];
	return rule.allow.flatMap(({ grant: name, hosts }, at) => {
		const path = `flow.${RULE}.allow.${at}`;
		const grant = grants.get(name);
		if (grant === undefined)
			return [{ path: `${path}.grant`, found: JSON.stringify(name), wanted: `a grant of the policy: ${shown(grants)}` }];
		if (hosts === undefined) return [];
		if (grant.verb !== "http.fetch") {
			const wanted = "none: hosts are for http.fetch; a grant of another verb is a recipient as a whole";
			return [{ path: `${path}.hosts`, found: `hosts for ${name}, a grant of ${grant.verb}`, wanted }];
		}
		return hosts.flatMap((text, place) => hostFault(grant, text, `${path}.hosts.${place}`));
	});
};

const hostFault = (grant: PolicyGrant, text: string, path: string): Issue[] => {
	const reading = readRecipientHost(text);
	const found = JSON.stringify(text.slice(0, 60));
	if (reading.kind === "refused") return [{ path, found, wanted: reading.wanted }];
	return isRecipientHost(grant.grant, reading.host) ? [] : [{ path, found, wanted: `a host that the grant ${grant.name} reaches` }];
};

const GRANTS_SHOWN = 20;
const shown = (grants: ReadonlyMap<string, PolicyGrant>): string =>
	grants.size === 0 ? "it has none" : [...grants.keys()].slice(0, GRANTS_SHOWN).join(", ");
