import { z } from "zod";
import { AtMs, atMost } from "./common.ts";
import { LIMITS } from "./limits.ts";

/** An amount no larger than a whole number that JavaScript keeps exactly. */
const Amount = z.int().min(0);

/** Limits in the dimensions that are limited; what is left out is not. */
export const Limits = z.strictObject({
	runs: Amount.optional(),
	calls: Amount.optional(),
	cpuMs: Amount.optional(),
	wallMs: Amount.optional(),
	tokens: Amount.optional(),
	egressBytes: Amount.optional(),
	usdMicros: Amount.optional(),
});
z.globalRegistry.add(Limits, { id: "Limits" });
export type Limits = z.infer<typeof Limits>;

/**
 * `run` bounds each run with all runs that it starts (`runs` counts these and itself); the others bound all runs of the agent in a window, by the clocks of the
 * tenant's time zone; `lifetime` never resets. `liveRuns`: runs that are queued, running or waiting with an isolate at once; those that wait for a person without
 * one do not count.
 */
export const BudgetLimits = z.strictObject({
	run: Limits.optional(),
	minute: Limits.optional(),
	hour: Limits.optional(),
	day: Limits.optional(),
	month: Limits.optional(),
	lifetime: Limits.optional(),
	liveRuns: z.int().min(0).max(LIMITS.liveRunsPerAgent).optional(),
});
export type BudgetLimits = z.infer<typeof BudgetLimits>;
export const PutBudget = z.strictObject({ limits: BudgetLimits });

export const Amounts = z.strictObject({
	runs: z.int(),
	calls: z.int(),
	cpuMs: z.int(),
	wallMs: z.int(),
	tokens: z.int(),
	egressBytes: z.int(),
	usdMicros: z.int(),
});
z.globalRegistry.add(Amounts, { id: "Amounts" });

/** One window as it stands: `left` is limit − settled − held, for the dimensions that are limited. */
export const WindowState = z.strictObject({
	limits: Limits,
	settled: Amounts,
	held: Amounts,
	left: Limits,
	resetsAtMs: AtMs.nullable(),
});

export const Budget = z.strictObject({
	limits: BudgetLimits,
	windows: z.strictObject({ minute: WindowState, hour: WindowState, day: WindowState, month: WindowState, lifetime: WindowState }),
	/** `limit`: the agent's, or the platform's where it has none. */
	liveRuns: z.strictObject({ limit: z.int(), live: z.int(), left: z.int() }),
});
export type Budget = z.infer<typeof Budget>;

/** A time zone of IANA's database. Whether the runtime knows it is for who keeps it to say. */
export const TimeZone = z
	.string()
	.min(1)
	.max(LIMITS.timeZoneChars)
	.regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/, "wanted a name of IANA's time zones")
	.describe("IANA name, e.g. Europe/Berlin or UTC");

/** What bounds all agents of a tenant together, in each window; `liveRuns`: runs that are queued, running or waiting with an isolate at once. */
export const TenantLimits = z.strictObject({
	minute: Limits.optional(),
	hour: Limits.optional(),
	day: Limits.optional(),
	month: Limits.optional(),
	lifetime: Limits.optional(),
	liveRuns: Amount.optional(),
});
export type TenantLimits = z.infer<typeof TenantLimits>;
/** `timeZone` left out: it stays as it is, UTC at first. */
export const PutTenantBudget = z.strictObject({ limits: TenantLimits, timeZone: TimeZone.optional() });
export type PutTenantBudget = z.infer<typeof PutTenantBudget>;

/**
 * One window of a tenant: `limits` are the tighter of the tenant's own and the operator's; `leased` is what agents may still spend or hold of it, by what
 * they have reported.
 */
export const TenantWindowState = z.strictObject({
	limits: Limits,
	settled: Amounts,
	leased: Amounts,
	left: Limits,
	resetsAtMs: AtMs.nullable(),
});
export const TenantBudget = z.strictObject({
	/** The tenant's own limits. */
	limits: TenantLimits,
	/** The operator's: no key of the tenant can change them, and the tighter of the two bind. */
	ceiling: TenantLimits,
	timeZone: TimeZone,
	windows: z.strictObject({
		minute: TenantWindowState,
		hour: TenantWindowState,
		day: TenantWindowState,
		month: TenantWindowState,
		lifetime: TenantWindowState,
	}),
	liveRuns: z.strictObject({ limit: Amount.nullable(), leased: Amount, left: Amount.nullable() }),
});
export type TenantBudget = z.infer<typeof TenantBudget>;

/** Why nothing could be set aside: a client finds it in a refusal, as `shortage`, a program on the error of a call, as `details`. `window` is `now` for what may be live at once; `resetsAtMs` null: it does not reset. */
export const BudgetShortage = z.strictObject({
	level: z.enum(["run", "grant", "agent", "tenant"]),
	/** The grant's name, where the limit is a grant's. */
	grant: z.string().optional(),
	window: z.enum(["run", "minute", "hour", "day", "month", "lifetime", "now"]),
	dimension: z.enum(["runs", "calls", "cpuMs", "wallMs", "tokens", "egressBytes", "usdMicros", "liveRuns"]),
	limit: z.int(),
	left: z.int(),
	wanted: z.int(),
	resetsAtMs: AtMs.nullable(),
});
export type BudgetShortage = z.infer<typeof BudgetShortage>;

const Nanos = z.int().min(0).max(LIMITS.priceNanos);

/** A tenant's prices, billionths of a US dollar: a run, a second of CPU, a GiB that leaves the house; of a verb, a call and a thousand tokens. What a model costs stays with the model. */
export const PriceTable = z.strictObject({
	runNanos: Nanos,
	cpuSecondNanos: Nanos,
	egressGibNanos: Nanos,
	verbs: atMost(
		LIMITS.pricedVerbs,
		"entries",
		z.record(z.string().max(64), z.strictObject({ callNanos: Nanos.optional(), kiloTokenNanos: Nanos.optional() })),
	),
});
export type PriceTable = z.infer<typeof PriceTable>;
