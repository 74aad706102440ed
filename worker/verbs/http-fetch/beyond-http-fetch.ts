import { LIMITS } from "../../../contract/limits.ts";
import { beyondFields, type Narrowings } from "../beyond-fields.ts";
import { beyondNumber } from "../beyond-number.ts";
import { isSameJson } from "../is-same-json.ts";
import { type BoundRule, bindRules } from "./covering-rule.ts";
import { HttpFetchGrant } from "./http-fetch-grant.ts";
import { isRuleWithin } from "./is-rule-within.ts";
import { readOnce } from "../read-once.ts";

const read = readOnce(HttpFetchGrant);

/**
 * How a grant of http.fetch lets more happen than another one (Verb.beyond). A request that the program writes must be covered by the same rules or narrower ones; what
 * the host adds to it, `inject` and the idempotency key, must be the same: without a credential, a program might send its own to where the parent's goes.
 */
export const beyondHttpFetch = (parent: unknown, child: unknown): string | null => beyondFields(read(parent), read(child), NARROWINGS);

const known = new WeakMap<HttpFetchGrant, readonly BoundRule[]>();

const boundOnce = (grant: HttpFetchGrant): readonly BoundRule[] => {
	const rules = known.get(grant) ?? bindRules(grant);
	known.set(grant, rules);
	return rules;
};

const beyondRules = (parent: HttpFetchGrant, child: HttpFetchGrant): string | null => {
	const theirs = boundOnce(parent);
	const steps = { left: LIMITS.globSteps };
	const index = boundOnce(child).findIndex((rule) => !theirs.some((wider) => isRuleWithin(wider, rule, steps)));
	return index < 0 ? null : `allow.${index}: found requests that none of the parent's rules covers, wanted a part of one of them`;
};

const beyondTemplates = ({ templates: theirs = {} }: HttpFetchGrant, { templates: own = {} }: HttpFetchGrant): string | null => {
	const known = new Map(Object.entries(theirs));
	const isKnown = Object.entries(own).every(([name, template]) => isSameJson(known.get(name), template));
	return isKnown ? null : "templates: found one that the parent's grant has not or has otherwise, wanted some of the parent's as they are";
};

const NARROWINGS: Narrowings<HttpFetchGrant> = {
	fields: [
		["allow", beyondRules],
		["templates", beyondTemplates],
		[
			"redirects",
			({ redirects: theirs }, { redirects: own }) =>
				theirs !== "refuse" || own === "refuse" ? null : "redirects: found them followed, wanted refuse",
		],
		["retries", ({ retries: theirs = 0 }, { retries: own = 0 }) => beyondNumber("retries", theirs, own)],
		[
			"retryKeyed",
			({ retryKeyed: theirs }, { retryKeyed: own }) => (theirs === true || own !== true ? null : "retryKeyed: found true, wanted false"),
		],
	],
	limits: {
		responseBytes: LIMITS.responseBytes.default,
		requestBytes: LIMITS.requestBytes,
		timeoutMs: LIMITS.upstreamMs.default,
	},
};
