import { z } from "zod";
import { ApprovalRule } from "../../contract/conditions.ts";
import { LIMITS } from "../../contract/limits.ts";
import { LABELS, type Label } from "./verb.ts";

/** Fields that every grant has beside its verb's own. The policy room enforces them; a verb only parses them. */
export const COMMON_GRANT = {
	labels: z
		.array(z.enum(LABELS))
		.max(LABELS.length)
		.optional()
		.describe("what the grant's results and arguments mean for what may flow where"),
	approval: ApprovalRule.optional().describe(
		"whether a person must approve each call: never, always, or when a condition over the call holds or cannot be told; left out: never",
	),
};

/** Fields of `limits` that every grant has. */
export const COMMON_LIMITS = {
	calls: z.int().min(1).max(LIMITS.calls.max).optional().describe("most calls of this grant in one run"),
	callsPerMinute: z
		.int()
		.min(1)
		.max(LIMITS.callsPerMinute)
		.optional()
		.describe("most calls of this grant in one minute, all runs of the agent together; past it a call is refused with `rate_limited`"),
};

/** The labels that a verb has by its nature and those that the grant adds: a grant never takes one away. */
export const joinLabels = (inherent: readonly Label[], granted: readonly Label[] | undefined): readonly Label[] =>
	LABELS.filter((label) => inherent.includes(label) || granted?.includes(label) === true);
