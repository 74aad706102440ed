import { z } from "zod";
import type { FLOW_RULES, Policy } from "../../contract/agents.ts";
import { Refusal } from "../../contract/errors.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import type { BoundGrant } from "../verbs/verb.ts";

/** A grant of a policy, checked against its verb, with what the policy itself enforces. */
export interface PolicyGrant {
	readonly name: string;
	readonly verb: string;
	readonly bound: BoundGrant;
	/** The grant as its verb's schema parsed it. */
	readonly grant: unknown;
	readonly approval: "never" | "always";
	/** Most calls through this grant in one run; null: only the run's own limit. */
	readonly callsPerRun: number | null;
	/** Most calls through this grant in one minute, all runs of the agent together; null: no such limit. */
	readonly callsPerMinute: number | null;
	/** Most tokens that calls through this grant may use in one run, held ones counted; null: only the budgets. */
	readonly tokensPerRun: number | null;
}

export interface BoundPolicy {
	readonly grants: ReadonlyMap<string, PolicyGrant>;
	readonly flow: (typeof FLOW_RULES)[number];
}

/** What every verb's grant may carry and the policy enforces (worker/verbs/common-grant.ts). */
const Common = z.looseObject({
	approval: z.enum(["never", "always"]).default("never"),
	limits: z.looseObject({ calls: z.int().optional(), callsPerMinute: z.int().optional(), tokens: z.int().optional() }).optional(),
});

/**
 * Checks a policy against the verbs' schemas and makes it ready to decide calls. Pure.
 * @throws Refusal `invalid_request` that names the first field that is wrong, what was found and what was wanted.
 */
export const bindPolicy = (policy: Policy): BoundPolicy => {
	const grants = new Map<string, PolicyGrant>();
	for (const [name, raw] of Object.entries(policy.grants)) grants.set(name, bindGrant(name, raw));
	return { grants, flow: policy.flow?.["private+untrusted -> external"] ?? "approve" };
};

const bindGrant = (name: string, raw: { verb: string }): PolicyGrant => {
	const verb = CATALOGUE.get(raw.verb);
	if (verb === undefined) {
		const known = [...CATALOGUE.keys()].join(", ");
		throw new Refusal(
			"invalid_request",
			`Reading the policy: grants.${name}.verb: found ${JSON.stringify(raw.verb.slice(0, 60))}, wanted one of ${known}`,
		);
	}
	const parsed = verb.grantSchema.safeParse(raw);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		const path = ["grants", name, ...(issue?.path ?? [])].map(String).join(".");
		throw new Refusal("invalid_request", `Reading the policy: ${path}: ${issue?.message ?? "it does not fit the verb's schema"}`);
	}
	const common = Common.parse(parsed.data);
	return {
		name,
		verb: verb.name,
		bound: verb.bind(parsed.data),
		grant: parsed.data,
		approval: common.approval,
		callsPerRun: common.limits?.calls ?? null,
		callsPerMinute: common.limits?.callsPerMinute ?? null,
		tokensPerRun: common.limits?.tokens ?? null,
	};
};
