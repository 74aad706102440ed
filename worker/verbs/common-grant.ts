import { z } from "zod";
import { Limits } from "../../contract/budgets.ts";
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

/** What the calls of a grant may use in one window, all runs of the agent together. What is left out is not limited. */
const GrantWindow = z.strictObject({
	...Limits.omit({ runs: true }).shape,
	runs: z.never({ error: "wanted none: runs are limited by the budget of an agent, not by a grant" }).optional(),
});
z.globalRegistry.add(GrantWindow, { id: "GrantWindow" });

/** Windows of a grant's own budget, by the clocks of the tenant's time zone; `lifetime` never resets. The agent's object enforces them. */
export const GRANT_WINDOWS = {
	minute: GrantWindow.optional().describe("most that calls of this grant use in a minute, all runs of the agent together"),
	hour: GrantWindow.optional().describe("most that they use in an hour"),
	day: GrantWindow.optional().describe("most that they use in a day"),
	month: GrantWindow.optional().describe("most that they use in a month"),
	lifetime: GrantWindow.optional().describe("most that they ever use"),
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
	...GRANT_WINDOWS,
};

/** The labels that a verb has by its nature and those that the grant adds: a grant never takes one away. */
export const joinLabels = (inherent: readonly Label[], granted: readonly Label[] | undefined): readonly Label[] =>
	LABELS.filter((label) => inherent.includes(label) || granted?.includes(label) === true);
