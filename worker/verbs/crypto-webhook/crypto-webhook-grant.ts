import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";

export const WEBHOOK_METHODS = ["sign", "verify"] as const;

export const CryptoWebhookGrant = z.strictObject({
	verb: z.literal("crypto.webhook").describe("the verb"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of the secret: whsec_ and base64 of 24 to 64 bytes"),
	methods: z
		.array(z.enum(WEBHOOK_METHODS))
		.min(1)
		.max(WEBHOOK_METHODS.length)
		.optional()
		.describe("methods that the program has; left out: both. A receiver needs verify alone"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type CryptoWebhookGrant = z.infer<typeof CryptoWebhookGrant>;
