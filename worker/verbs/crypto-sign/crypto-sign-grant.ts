import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { BYTE_ENCODINGS } from "../byte-text.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";

export const SIGNATURE_ALGORITHMS = ["hmac-sha256", "ed25519"] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

export const CryptoSignGrant = z.strictObject({
	verb: z.literal("crypto.sign").describe("the verb"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of the secret that is the key"),
	algorithm: z.enum(SIGNATURE_ALGORITHMS).describe("hmac-sha256 (RFC 2104) or ed25519 (RFC 8032)"),
	encoding: z.enum(BYTE_ENCODINGS).optional().describe("how signatures are written; left out: base64url"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type CryptoSignGrant = z.infer<typeof CryptoSignGrant>;
