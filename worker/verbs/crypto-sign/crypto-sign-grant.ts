import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { BYTE_ENCODINGS } from "../byte-text.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { GrantedSchema } from "../json-schema/granted-schema.ts";

export const SIGNATURE_ALGORITHMS = ["hmac-sha256", "hmac-sha512", "ed25519", "ecdsa-p256", "rsa-pss-sha256"] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

export const SIGNATURE_FORMATS = ["raw", "der"] as const;
export type SignatureFormat = (typeof SIGNATURE_FORMATS)[number];

export const CryptoSignGrant = z.strictObject({
	verb: z.literal("crypto.sign").describe("the verb"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of the secret that is the key"),
	algorithm: z
		.enum(SIGNATURE_ALGORITHMS)
		.describe(
			"hmac-sha256 or hmac-sha512 (RFC 2104), ed25519 (RFC 8032), ecdsa-p256 (FIPS 186-5, with SHA-256) or rsa-pss-sha256 (RFC 8017, salt of 32 bytes)",
		),
	encoding: z.enum(BYTE_ENCODINGS).optional().describe("how signatures are written; left out: base64url"),
	signatureFormat: z
		.enum(SIGNATURE_FORMATS)
		.optional()
		.describe(
			"bytes of an ecdsa-p256 signature: raw (r and s, 64 bytes) or der; left out: raw. The other algorithms have one form: leave it out",
		),
	payload: z
		.strictObject({ schema: GrantedSchema.describe("JSON Schema (the subset of docs/design/verbs.md) of the objects that may be signed") })
		.optional()
		.describe("what may be signed: only objects that fit, as their canonical JSON; left out: any text and bytes"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type CryptoSignGrant = z.infer<typeof CryptoSignGrant>;
