import { z } from "zod";
import { BudgetLimits } from "./budgets.ts";
import { changeOf } from "./change-of.ts";
import { AtMs, atMost, Name } from "./common.ts";
import { idOf, isId } from "./ids.ts";
import { LIBRARY_NAMES } from "./libraries.ts";
import { LIMITS } from "./limits.ts";
import { DataLabel } from "./run-terms.ts";
import { Isolation, Language, Program, RunLimits } from "./runs.ts";

/** A grant's name, as programs write it after `env.`. */
export const GrantName = z
	.string()
	.max(LIMITS.nameChars)
	.regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, "wanted a name that a program can write after `env.`: letters, digits, _");

/** What may happen when private and untrusted data have met in a run and something external follows, the milder first. `approve`, which is the default, asks a person. */
export const FLOW_RULES = ["allow", "approve", "deny"] as const;

/** Where something external may go without a question: a grant of the policy, or some hosts of an http.fetch grant. Which hosts fit is checked with the policy (policy/bind-flow). */
const Recipient = z.strictObject({
	grant: GrantName,
	/** Exact hosts, a port behind them or every port that the grant allows there; left out: all that the grant reaches. */
	hosts: z.array(z.string().min(1).max(LIMITS.recipientHostChars)).min(1).max(LIMITS.recipientHosts).optional(),
});

/** One rule for everything external, or named recipients and what becomes of the others (left out: `approve`). */
const FlowRule = z.union([
	// Text first, so that a fault in an object is told as the object's.
	z
		.string()
		.meta({ enum: [...FLOW_RULES] })
		.pipe(z.enum(FLOW_RULES)),
	z.strictObject({ allow: z.array(Recipient).max(LIMITS.flowRecipients), otherwise: z.enum(["approve", "deny"]).optional() }),
]);
export type FlowRule = z.infer<typeof FlowRule>;

const Flow = z.strictObject({
	"private+untrusted -> external": FlowRule.optional(),
	/** Labels that every run of the agent begins with, beside those of its request. */
	labels: z.array(DataLabel).max(LIMITS.labelsPerRun).optional(),
});

/** Where a run's honeytoken lies: inside a mount of a `files` grant of the policy. */
const Canary = z.strictObject({ path: z.string().min(1).max(LIMITS.pathChars) });

/**
 * What an agent may do, as data. The grants' own fields belong to their verbs (docs/design/verbs.md) and are checked against the verb's schema when
 * the policy is stored.
 */
export const Policy = z.strictObject({
	grants: atMost(LIMITS.grantsPerPolicy, "grants", z.record(GrantName, z.looseObject({ verb: z.string() }))).default({}),
	flow: Flow.optional(),
	limits: RunLimits.optional(),
	/** How long a person has for a decision, milliseconds; left out: 24 hours. */
	approvals: z.strictObject({ expireMs: z.int().min(1_000).max(LIMITS.approvalMs.max) }).optional(),
	/** A file that looks like credentials and holds a token of each run's own: a run that sends the token anywhere is ended (docs/canaries.md). Left out: none. */
	canary: Canary.optional(),
	/** Libraries that programs may import by name; left out: none. */
	libraries: z
		.array(z.enum(LIBRARY_NAMES, { error: `wanted a library of the platform: ${LIBRARY_NAMES.join(", ")}` }))
		.max(LIBRARY_NAMES.length)
		.refine((names) => new Set(names).size === names.length, { error: "wanted each library once" })
		.optional(),
});
export type Policy = z.infer<typeof Policy>;

export const Agent = z.strictObject({
	id: idOf("agt"),
	name: Name,
	status: z.enum(["active", "disabled", "archived"]),
	policy: Policy,
	policyVersion: z.int(),
	/** Grants of the policy that are switched off: no call of theirs begins. */
	disabledGrants: z.array(z.string()).default([]),
	/** The active version of its stored program; null: none is active. */
	program: Program.nullable(),
	language: Language,
	programVersion: z.int().nullable(),
	/** What runs of its stored program have unless they say otherwise; `warm` is also what allows them to ask for it. */
	isolation: Isolation,
	budget: z.strictObject({ limits: BudgetLimits }),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Agent = z.infer<typeof Agent>;

/** An agent in a list. */
export const AgentSummary = Agent.pick({ id: true, name: true, status: true, policyVersion: true, createdAtMs: true, updatedAtMs: true });
export type AgentSummary = z.infer<typeof AgentSummary>;

/** A name that no id is: what looks like one is looked up as one, wherever an agent is named. */
const AgentName = Name.refine((name) => !isId("agt", name), { error: "wanted a name that does not look like an agent's id" });

export const CreateAgent = z.strictObject({
	name: AgentName,
	policy: Policy.default({ grants: {} }),
	program: Program.optional().describe("becomes version 1, and is active"),
	language: Language.optional(),
	isolation: Isolation.optional(),
	budget: z.strictObject({ limits: BudgetLimits }).optional(),
});
export type CreateAgent = z.infer<typeof CreateAgent>;

export const UpdateAgent = changeOf(
	z.strictObject({
		name: AgentName.optional(),
		policy: Policy.optional(),
		program: Program.nullable().optional().describe("becomes a new version, and is active; null: none is active, the versions stay"),
		language: Language.optional(),
		isolation: Isolation.optional(),
		budget: z.strictObject({ limits: BudgetLimits }).optional(),
	}),
);
export type UpdateAgent = z.infer<typeof UpdateAgent>;

/**
 * The answer of the kill switch: runs that were live when it was thrown, and calls that were under way. `runsLeft`: further ones that wait for a person and are
 * ended soon, where they are very many; nothing can execute them meanwhile.
 */
export const DisableAgent = z.strictObject({
	agent: Agent,
	cancelledRuns: z.array(z.string()),
	callsInFlight: z.array(z.string()),
	runsLeft: z.int(),
});
export type DisabledAgent = z.infer<typeof DisableAgent>;

/** The answer of a grant's switch: what is switched off now, and the calls of the grant that were under way then. */
export const GrantSwitch = z.strictObject({ agent: Agent, disabledGrants: z.array(z.string()), callsInFlight: z.array(z.string()) });
export type GrantSwitch = z.infer<typeof GrantSwitch>;
