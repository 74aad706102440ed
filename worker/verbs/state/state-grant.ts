import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS, joinLabels } from "../common-grant.ts";
import type { Label } from "../verb.ts";
import { prefixFault } from "./check-key.ts";

/** What a run may have touched before it writes, and what a later run that reads must be taken to have touched. */
const REMEMBERED = ["private", "untrusted"] as const;

export const StateGrant = z.strictObject({
	verb: z.literal("state").describe("the verb"),
	prefix: z
		.string()
		.max(LIMITS.statePrefixChars)
		.superRefine((prefix, context) => {
			const fault = prefixFault(prefix);
			if (fault !== null) context.addIssue({ code: "custom", message: `wanted ${fault}` });
		})
		.optional()
		.describe("names the memory: grants with the same prefix share one, any two others see nothing of each other; left out: empty"),
	mode: z.enum(["read", "write"]).optional().describe("read: only get, getEntry and list; left out: write, which may read too"),
	vouched: z
		.array(z.enum(REMEMBERED))
		.max(REMEMBERED.length)
		.optional()
		.describe("labels that you vouch for: nothing that deserves them is ever kept here. A read then does not give the run the label"),
	limits: z
		.strictObject({
			...COMMON_LIMITS,
			count: z.int().min(1).max(LIMITS.stateEntries).optional().describe("most entries in this memory"),
			totalBytes: z.int().min(1).max(LIMITS.stateTotalBytes).optional().describe("most bytes of its keys and encoded values together"),
			valueBytes: z.int().min(1).max(LIMITS.stateValueBytes).optional().describe("largest encoded value, bytes"),
		})
		.optional()
		.describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type StateGrant = z.infer<typeof StateGrant>;

/** A grant made ready. Bytes and a count of entries. */
export interface StateScope {
	/** What stands before every key of this memory where it is kept. */
	readonly space: string;
	readonly prefix: string;
	readonly mode: "read" | "write";
	readonly count: number;
	readonly totalBytes: number;
	readonly valueBytes: number;
}

/** Ends the prefix: it stands in no prefix and in no key, so no two prefixes and keys make the same text. Not NUL, where SQLite's length() ends. */
const SEPARATOR = "\u0001";

export const toStateScope = (grant: StateGrant): StateScope => ({
	space: `${grant.prefix ?? ""}${SEPARATOR}`,
	prefix: grant.prefix ?? "",
	mode: grant.mode ?? "write",
	count: grant.limits?.count ?? LIMITS.stateEntries,
	totalBytes: grant.limits?.totalBytes ?? LIMITS.stateTotalBytes,
	valueBytes: grant.limits?.valueBytes ?? LIMITS.stateValueBytes,
});

/**
 * The labels of a state grant. Entries outlive the run that wrote them, whatever that run had read: so a later run that reads is taken to have read both
 * private and untrusted data, unless the tenant vouches that none of it is kept here.
 */
export const stateLabels = (grant: StateGrant): readonly Label[] =>
	joinLabels(
		REMEMBERED.filter((label) => grant.vouched?.includes(label) !== true),
		grant.labels,
	);
