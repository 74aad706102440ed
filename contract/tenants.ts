import { z } from "zod";
import { AtMs, atMost, Name } from "./common.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";

/** What a key may do. `write:x` does not include `read:x`. */
export const SCOPES = [
	"read:runs",
	"write:runs",
	"replay:runs",
	"read:approvals",
	"decide:approvals",
	"read:agents",
	"write:agents",
	"read:secrets",
	"write:secrets",
	"read:budgets",
	"write:budgets",
	"read:keys",
	"write:keys",
	"read:models",
	"write:models",
	"read:datasets",
	"write:datasets",
	"read:tools",
	"write:tools",
	"read:webhooks",
	"write:webhooks",
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const Key = z.strictObject({
	id: idOf("key"),
	name: Name,
	/** First characters of the value, to recognise it by. */
	prefix: z.string(),
	scopes: z.array(Scope),
	createdAtMs: AtMs,
	expiresAtMs: AtMs.nullable(),
	revokedAtMs: AtMs.nullable(),
});
export type Key = z.infer<typeof Key>;

/** A key as it is answered once, when it was made. */
export const NewKey = Key.extend({ value: z.string().describe("the key itself, shown this once") });
export type NewKey = z.infer<typeof NewKey>;

export const CreateKey = z.strictObject({
	name: Name,
	scopes: atMost(SCOPES.length, "items", z.array(Scope).min(1).max(SCOPES.length))
		.optional()
		.describe("left out: every scope that the calling key has"),
	expiresAtMs: AtMs.optional(),
});

export const Tenant = z.strictObject({ id: idOf("ten"), name: Name, status: z.enum(["active", "suspended"]), createdAtMs: AtMs });
export type Tenant = z.infer<typeof Tenant>;
/** A tenant as it is answered once, with its first key. */
export const NewTenant = Tenant.extend({ key: NewKey });
export const CreateTenant = z.strictObject({ name: Name });
export const UpdateTenant = z.strictObject({ status: z.enum(["active", "suspended"]) });
/**
 * A tenant as it is once all of its agents were told its status. `callsInFlight` had begun before: they may still have their effect. Of runs and calls at most
 * LIMITS.toldIds are named; `runsLeftOut` and `callsLeftOut` say how many more there were. Of an agent's very many parked runs some are ended soon after the
 * answer, and are among those left out: nothing can execute them meanwhile.
 */
export const ToldTenant = Tenant.extend({
	agentsTold: z.int(),
	/** Runs that this request ended. */
	cancelledRuns: z.array(z.string()),
	callsInFlight: z.array(z.string()),
	runsLeftOut: z.int(),
	callsLeftOut: z.int(),
});
export type ToldTenant = z.infer<typeof ToldTenant>;

/** A secret's name and times; never its value. */
export const Secret = z.strictObject({ id: idOf("sec"), name: Name, version: z.int(), createdAtMs: AtMs, updatedAtMs: AtMs });
export type Secret = z.infer<typeof Secret>;
export const PutSecret = z.strictObject({
	value: z
		.string()
		.min(1)
		.refine((value) => value.isWellFormed(), { error: "wanted text that UTF-8 can carry: no lone surrogates" })
		.refine((value) => new TextEncoder().encode(value).length <= LIMITS.secretBytes, {
			error: `wanted at most ${LIMITS.secretBytes} bytes`,
		})
		.describe("UTF-8 text, at most 16 KiB; never returned"),
});
