import { z } from "zod";
import type { Policy } from "../../contract/agents.ts";
import type { BudgetLimits } from "../../contract/budgets.ts";
import { ApprovalRule, methodsIn } from "../../contract/conditions.ts";
import { describeIssues, type Issue } from "../../contract/describe-issues.ts";
import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";
import { approvalText } from "../verbs/approval-text.ts";
import { CATALOGUE } from "../verbs/catalogue.ts";
import { GRANT_WINDOWS } from "../verbs/common-grant.ts";
import type { BoundGrant, Verb } from "../verbs/verb.ts";
import { type BoundFlow, bindFlow, flowFaults, flowRuleOf } from "./bind-flow.ts";
import { canaryFaults } from "./canary-faults.ts";

/** A grant of a policy, checked against its verb, with what the policy itself enforces. */
export interface PolicyGrant {
	readonly name: string;
	readonly verb: string;
	readonly bound: BoundGrant;
	/** The grant as its verb's schema parsed it. */
	readonly grant: unknown;
	/** When a person must approve a call (policy/needs-approval). */
	readonly approval: ApprovalRule;
	/** Most calls through this grant in one run; null: only the run's own limit. */
	readonly callsPerRun: number | null;
	/** Most calls through this grant in one minute, all runs of the agent together; null: no such limit. */
	readonly callsPerMinute: number | null;
	/** Most tokens that calls through this grant may use in one run, held ones counted; null: only the budgets. */
	readonly tokensPerRun: number | null;
	/** Its own limits in each window, all runs of the agent together. */
	readonly budget: BudgetLimits;
}

export interface BoundPolicy {
	readonly grants: ReadonlyMap<string, PolicyGrant>;
	readonly flow: BoundFlow;
	/** Labels that its runs begin with. */
	readonly labels: readonly string[];
}

/** A grant's own limits in each window, and nothing else of its limits. */
const Windows = z.object(GRANT_WINDOWS);

/** What every verb's grant may carry and the policy enforces (worker/verbs/common-grant.ts). */
const Common = z.looseObject({
	approval: ApprovalRule.default("never"),
	limits: z.looseObject({ calls: z.int().optional(), callsPerMinute: z.int().optional(), tokens: z.int().optional() }).optional(),
});

/**
 * Checks a policy against the verbs' schemas and makes it ready to decide calls. Pure.
 * @throws Refusal `invalid_request` that names what is wrong in its grants or its flow rule, up to LIMITS.issuesShown faults: where, what was found, what was wanted.
 */
export const bindPolicy = (policy: Policy): BoundPolicy => {
	const grants = new Map<string, PolicyGrant>();
	const issues: Issue[] = [];
	for (const [name, raw] of Object.entries(policy.grants)) {
		const read = readGrant(name, raw);
		if (read.kind === "granted") grants.set(name, read.grant);
		else issues.push(...read.issues);
		if (issues.length >= LIMITS.issuesShown) break;
	}
	// A grant that is refused itself is no unknown one.
	if (issues.length === 0) issues.push(...flowFaults(flowRuleOf(policy), grants), ...canaryFaults(policy, grants));
	if (issues.length > 0) throw refusePolicy(issues.slice(0, LIMITS.issuesShown));
	return { grants, flow: bindFlow(flowRuleOf(policy)), labels: policy.flow?.labels ?? [] };
};

/** Faults that the message itself tells; the others are in `issues`. */
const TOLD = 3;

const refusePolicy = (issues: readonly Issue[]): Refusal => {
	const told = issues.slice(0, TOLD).map(({ path, found, wanted }) => `${path}: found ${found}, wanted ${wanted}`);
	const others = issues.length > TOLD ? ` (and ${issues.length - TOLD} more: see issues)` : "";
	return new Refusal("invalid_request", `Reading the policy: ${told.join("; ")}${others}`, {
		hint: "See components.schemas of /openapi.json and docs/verbs.md.",
		details: { issues },
	});
};

type ReadGrant =
	| { readonly kind: "granted"; readonly grant: PolicyGrant }
	| { readonly kind: "refused"; readonly issues: readonly Issue[] };

const readGrant = (name: string, raw: { verb: string }): ReadGrant => {
	const verb = CATALOGUE.get(raw.verb);
	if (verb === undefined) {
		const found = JSON.stringify(raw.verb.slice(0, 60));
		return { kind: "refused", issues: [{ path: `grants.${name}.verb`, found, wanted: `one of ${[...CATALOGUE.keys()].join(", ")}` }] };
	}
	const parsed = verb.grantSchema.safeParse(raw);
	if (parsed.success) return checkMethods(bindGrant(name, verb, parsed.data));
	const schema = z.toJSONSchema(verb.grantSchema, { io: "input", unrepresentable: "any" });
	const issues = describeIssues(parsed.error.issues, raw, schema);
	return {
		kind: "refused",
		issues: issues.map((issue) => ({ ...issue, path: `grants.${name}${issue.path === "" ? "" : "."}${issue.path}` })),
	};
};

/** A rule about a method that is not there would never ask. */
const checkMethods = (grant: PolicyGrant): ReadGrant => {
	const { name, approval, bound } = grant;
	const named = typeof approval === "string" ? [] : methodsIn(approval.when);
	const strange = named.find((method) => !bound.methods.includes(method));
	if (strange === undefined) return { kind: "granted", grant };
	const wanted = `a method of the grant: ${bound.methods.slice(0, METHODS_SHOWN).join(", ")}`;
	return {
		kind: "refused",
		issues: [{ path: `grants.${name}.approval.when`, found: `the method ${JSON.stringify(strange.slice(0, 60))}`, wanted }],
	};
};
const METHODS_SHOWN = 20;

/** A grant whose types say, for all of its methods, that a person is asked. */
const declareApproval = (bound: BoundGrant, approval: ApprovalRule): BoundGrant => {
	const text = approvalText(approval);
	if (text === null) return bound;
	return { ...bound, declaration: (resources) => bound.declaration(resources).replace("{", () => `{\n\t/* ${text} */`) };
};

const bindGrant = (name: string, verb: Verb, grant: unknown): PolicyGrant => {
	const common = Common.parse(grant);
	return {
		name,
		verb: verb.name,
		bound: declareApproval(verb.bind(grant), common.approval),
		grant,
		approval: common.approval,
		callsPerRun: common.limits?.calls ?? null,
		callsPerMinute: common.limits?.callsPerMinute ?? null,
		tokensPerRun: common.limits?.tokens ?? null,
		budget: Windows.parse(common.limits ?? {}),
	};
};
