import { z } from "zod";
import { AtMs } from "./common.ts";

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
export type Limits = z.infer<typeof Limits>;

/** `run` bounds each run; the others bound all runs of the agent in a window (UTC); `lifetime` never resets. */
export const BudgetLimits = z.strictObject({
	run: Limits.optional(),
	hour: Limits.optional(),
	day: Limits.optional(),
	month: Limits.optional(),
	lifetime: Limits.optional(),
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
	windows: z.strictObject({ hour: WindowState, day: WindowState, month: WindowState, lifetime: WindowState }),
});
export type Budget = z.infer<typeof Budget>;
