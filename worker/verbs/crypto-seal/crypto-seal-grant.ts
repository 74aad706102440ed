import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";

export const SEAL_METHODS = ["encrypt", "decrypt"] as const;

export const CryptoSealGrant = z.strictObject({
	verb: z.literal("crypto.seal").describe("the verb"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of the secret that is the key: 32 random bytes as base64:… or hex:…"),
	methods: z
		.array(z.enum(SEAL_METHODS))
		.min(1)
		.max(SEAL_METHODS.length)
		.optional()
		.describe("methods that the program has; left out: both. With encrypt alone it can put away and never look"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type CryptoSealGrant = z.infer<typeof CryptoSealGrant>;
