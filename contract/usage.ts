import { z } from "zod";
import { AtMs } from "./common.ts";

/** What usage can be added up by. */
export const USAGE_KEYS = ["agent", "day", "verb", "model"] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

const isUsageKey = (text: string): text is UsageKey => USAGE_KEYS.some((key) => key === text);

const KEYS_WANTED = `wanted one or two of ${USAGE_KEYS.join(", ")}, joined by a comma`;

/** One or two different keys, joined by a comma. */
const GroupBy = z
	.string()
	.max(40, KEYS_WANTED)
	.transform((text, context): UsageKey[] => {
		const parts = text.split(",");
		const keys = parts.filter(isUsageKey);
		if (keys.length === parts.length && keys.length <= 2 && new Set(keys).size === keys.length) return keys;
		context.addIssue({ code: "custom", message: KEYS_WANTED });
		return z.NEVER;
	});

/** The end of the years of four digits, the last that a day is written with. */
const LAST_MS = Date.UTC(9999, 11, 31);

/** A moment as a query has it: digits and nothing else. */
const QueryAtMs = z
	.string()
	.regex(/^[0-9]{1,15}$/, "wanted epoch milliseconds")
	.transform(Number)
	.pipe(AtMs.max(LAST_MS));

export const UsageQuery = z.strictObject({
	from: QueryAtMs.optional().describe(
		"epoch milliseconds; left out: the beginning of the month in the tenant's time zone in which the range ends",
	),
	to: QueryAtMs.optional().describe("epoch milliseconds, itself outside; left out: now. At most 366 days after `from`"),
	groupBy: GroupBy.optional().describe("one or two of agent, day, verb, model, joined by a comma; left out: day"),
	format: z.enum(["json", "csv"]).default("json").describe("csv: the rows alone, as text/csv"),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

const Sum = z.int();

/** What was used, added up. `usdMicros`: millionths of a US dollar. */
export const UsageAmounts = z.strictObject({
	runs: Sum,
	calls: Sum,
	cpuMs: Sum,
	wallMs: Sum,
	tokens: Sum,
	egressBytes: Sum,
	usdMicros: Sum,
});
export type UsageAmounts = z.infer<typeof UsageAmounts>;

/** One group: the keys that were asked for, and what was used. */
export const UsageRow = z.strictObject({
	agent: z.string().optional().describe("agt_…"),
	agentName: z.string().nullable().optional().describe("the agent's name today"),
	day: z.string().optional().describe("2026-11-21, by the tenant's time zone"),
	verb: z.string().nullable().optional().describe("null: what runs used beside their calls; empty: calls of nothing that is granted"),
	model: z.string().nullable().optional().describe("the tenant's name of the model; null: no model was asked"),
	...UsageAmounts.shape,
});
export type UsageRow = z.infer<typeof UsageRow>;

/** What a tenant used in a range of time: of each run its own part by when it was admitted, and each of its calls by when it began. */
export const UsageReport = z.strictObject({
	fromMs: AtMs,
	toMs: AtMs,
	timeZone: z.string(),
	groupBy: z.array(z.enum(USAGE_KEYS)),
	rows: z.array(UsageRow),
	total: UsageAmounts,
});
export type UsageReport = z.infer<typeof UsageReport>;
