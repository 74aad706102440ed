import { z } from "zod";
import { AgentInQuery, AgentRef } from "./agent-ref.ts";
import { changeOf } from "./change-of.ts";
import { AtMs, Metadata, Name, PageQuery, ParsedJson } from "./common.ts";
import { Condition } from "./conditions.ts";
import { HeaderName } from "./header-name.ts";
import { HmacSettings } from "./hmac-settings.ts";
import { HookFilter } from "./hook-filter.ts";
import { idOf } from "./ids.ts";
import { mappingFault } from "./input-mapping.ts";
import { LIMITS } from "./limits.ts";
import { RunGrants } from "./run-terms.ts";
import { Isolation, RunLimits } from "./runs.ts";

/** Webhooks in: what a sender's signed request starts. */

export const SCHEMES = ["standard", "github", "stripe", "slack", "hmac"] as const;
export const SchemeName = z.enum(SCHEMES);
export type SchemeName = z.infer<typeof SchemeName>;

const { hookToleranceSeconds: tolerance, rollOverlapSeconds: overlap } = LIMITS;

const Mapping = ParsedJson.superRefine((mapping, context) => {
	const fault = mappingFault(mapping);
	if (fault !== null) context.addIssue({ code: "custom", message: fault.wanted, path: [...fault.path] });
});

/** What a trigger's owner says of it, and may change. */
const FIELDS = {
	name: Name.nullable().optional().describe("for people; need not be unique"),
	secret: Name.describe("name of the sealed secret that the sender signs with (PUT /v1/secrets/{name})"),
	toleranceSeconds: z
		.int()
		.min(tolerance.min)
		.max(tolerance.max)
		.optional()
		.describe("how old a signed message may be; default 300. GitHub signs no time"),
	hmac: HmacSettings.optional().describe("how the sender signs; for the scheme hmac, and only for it"),
	filter: HookFilter.nullable()
		.optional()
		.describe("only what it is true of starts a run: method is the event's name, argument 0 the body, argument 1 the headers"),
	input: Mapping.nullable()
		.optional()
		.describe('any JSON, in which { "$from": "0.issue.number", "default"?: … } is replaced; left out: { headers, body }'),
	wait: z
		.number()
		.min(0)
		.max(LIMITS.waitSeconds)
		.optional()
		.describe("seconds to wait for the run and answer as its program says; default 0: 202 at once"),
	programVersion: z.int().min(1).nullable().optional().describe("a version of the agent's stored program; left out: the active one"),
	grants: RunGrants.nullable().optional().describe("a subset of the agent's grants"),
	limits: RunLimits.nullable().optional(),
	metadata: Metadata.optional(),
	isolation: Isolation.nullable().optional().describe("left out: as the agent says"),
};

export const CreateTrigger = z
	.strictObject({ agent: AgentRef, scheme: SchemeName, ...FIELDS })
	.refine(({ scheme, hmac }) => (scheme === "hmac") === (hmac !== undefined), {
		error: "wanted hmac for the scheme hmac, and for no other",
		path: ["hmac"],
	});
export type CreateTrigger = z.infer<typeof CreateTrigger>;

/** null takes a filter, a mapping, a pin and the like away. */
export const UpdateTrigger = changeOf(z.strictObject({ ...FIELDS, secret: FIELDS.secret.optional() }));
export type UpdateTrigger = z.infer<typeof UpdateTrigger>;

export const RollTrigger = z.strictObject({
	secret: Name.describe("name of the secret that the sender signs with from now on"),
	overlapSeconds: z.int().min(0).max(overlap.max).optional().describe("how long the secret before counts as well; default 86400"),
});
export type RollTrigger = z.infer<typeof RollTrigger>;

/** What is stored of a trigger beside its columns. Names of secrets, never their values. */
export const TriggerSettings = z.strictObject({
	name: Name.nullable(),
	secret: Name,
	previousSecret: z.strictObject({ name: Name, untilMs: AtMs }).nullable(),
	toleranceSeconds: z.int(),
	hmac: HmacSettings.nullable(),
	filter: Condition.nullable(),
	/** null: the input is { headers, body }. */
	input: ParsedJson.nullable(),
	wait: z.number(),
	programVersion: z.int().nullable(),
	grants: z.array(z.string()).nullable(),
	limits: RunLimits.nullable(),
	metadata: Metadata,
	isolation: Isolation.nullable(),
});
export type TriggerSettings = z.infer<typeof TriggerSettings>;

export const Trigger = TriggerSettings.extend({
	id: idOf("trg"),
	agent: idOf("agt"),
	scheme: SchemeName,
	status: z.enum(["active", "disabled"]),
	url: z.string().describe("where the sender sends: POST"),
	fault: z.string().optional().describe("why every message is refused 401; said of one trigger that is asked for, not in lists"),
	createdAtMs: AtMs,
	updatedAtMs: AtMs,
});
export type Trigger = z.infer<typeof Trigger>;

export const ListTriggersQuery = PageQuery.extend({ agent: AgentInQuery });

/** What became of a request to a trigger: it started a run, its filter did not let it, or it could not. */
export const REQUEST_OUTCOMES = ["started", "filtered", "refused"] as const;

/** A request that was a trigger's sender's own, and what became of it. Nothing of its body is kept here. */
export const TriggerRequest = z.strictObject({
	seq: z.int(),
	deliveryId: z.string().describe("as the sender says, or a digest of what it signed"),
	outcome: z.enum(REQUEST_OUTCOMES),
	code: z.string().nullable().describe("why it was refused"),
	run: idOf("run").nullable(),
	repeats: z.int().describe("how often it came again"),
	atMs: AtMs,
});
export type TriggerRequest = z.infer<typeof TriggerRequest>;

/** A message as its sender would send it, without a signature. */
export const TriggerTrial = z.strictObject({
	headers: z
		.record(HeaderName, z.string().regex(/^[\t\x20-\x7e]*$/, "wanted text of one line"))
		.default({})
		.describe("content-type is application/json where it is left out and the body is no text"),
	body: ParsedJson.describe("text is sent as it is, any other value as its JSON"),
});
export type TriggerTrial = z.infer<typeof TriggerTrial>;

/** What such a message would lead to, signed. */
export const TriggerTrialOutcome = z.strictObject({
	outcome: z
		.enum(["start", "filtered", "handshake"])
		.describe("`start`: a run of this input; `filtered`: nothing; `handshake`: this answer, by itself"),
	event: z.string().nullable().describe("the event's name, which a filter calls method"),
	deliveryId: z.string().nullable(),
	input: z.unknown().describe("what the program would get; null where no run is started"),
	refusal: z
		.strictObject({ code: z.string(), message: z.string() })
		.nullable()
		.describe(
			"why no run is started just now, whatever the message: the trigger is switched off, the agent disabled or without a program; null: it would be",
		),
	answer: z.record(z.string(), z.string()).nullable(),
});
export type TriggerTrialOutcome = z.infer<typeof TriggerTrialOutcome>;

/** The answer to a webhook that started a run, now or when it came first. */
export const HookRun = z.strictObject({ run: idOf("run"), status: z.string() });
