import { z } from "zod";
import { Name } from "../../../contract/common.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";

export const AiCompleteGrant = z.strictObject({
	verb: z.literal("ai.complete").describe("the verb"),
	models: z
		.array(Name)
		.min(1)
		.max(LIMITS.modelsPerGrant)
		.refine((names) => new Set(names).size === names.length, { error: "wanted each model once" })
		.describe("names of the tenant's models that the program may ask; the first is asked when it names none"),
	maxTokens: z
		.int()
		.min(1)
		.max(LIMITS.maxTokens.max)
		.optional()
		.describe(`most output tokens of one call; left out: ${LIMITS.maxTokens.max}`),
	limits: z
		.strictObject({
			...COMMON_LIMITS,
			tokens: z.int().min(1).max(LIMITS.grantTokens).optional().describe("most tokens of this grant in one run, input and output together"),
			timeoutMs: z
				.int()
				.min(100)
				.max(LIMITS.modelMs.max)
				.optional()
				.describe(`time for one call, all routes together, milliseconds; left out: ${LIMITS.modelMs.default}`),
		})
		.optional()
		.describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type AiCompleteGrant = z.infer<typeof AiCompleteGrant>;
