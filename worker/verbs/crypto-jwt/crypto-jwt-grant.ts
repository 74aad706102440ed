import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { COMMON_GRANT, COMMON_LIMITS } from "../common-grant.ts";
import { GrantedSchema } from "../json-schema/granted-schema.ts";

/** Algorithms of RFC 7518 and RFC 8037 that a grant may fix. There is no `none`. */
export const JWT_ALGORITHMS = ["HS256", "HS384", "HS512", "EdDSA", "ES256", "PS256", "RS256"] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export const JWT_METHODS = ["sign", "verify", "publicKey"] as const;

const TEXT_CHARS = 256;
const Text = z.string().min(1).max(TEXT_CHARS);

export const CryptoJwtGrant = z.strictObject({
	verb: z.literal("crypto.jwt").describe("the verb"),
	secret: z.string().min(1).max(LIMITS.nameChars).describe("name of the secret that is the key"),
	algorithm: z.enum(JWT_ALGORITHMS).describe("the one algorithm of tokens that are signed and taken"),
	issuer: Text.describe("`iss` of every token"),
	audience: z
		.union([Text, z.array(Text).min(1).max(LIMITS.jwtAudiences)])
		.describe("`aud` of every token; of a list, a token that is verified must name one"),
	subject: z
		.union([
			z.strictObject({ is: Text.describe("`sub` of every token") }),
			z.strictObject({ schema: GrantedSchema.describe("JSON Schema of the `sub` that the program gives, which it must") }),
		])
		.optional()
		.describe("who the token is about; left out: no `sub`"),
	maxLifetimeSeconds: z
		.int()
		.min(1)
		.max(LIMITS.jwtLifetimeS)
		.describe("`exp` lies at most so long after `iat`; a program may ask for less"),
	claims: GrantedSchema.describe("JSON Schema (the subset of docs/design/verbs.md) of the object of claims that the program sets"),
	keyId: Text.optional().describe("`kid` in the header; left out: the key's thumbprint (RFC 7638), none for HS*"),
	type: Text.optional().describe("`typ` in the header; left out: JWT"),
	methods: z.array(z.enum(JWT_METHODS)).min(1).max(JWT_METHODS.length).optional().describe("methods that the program has; left out: all"),
	limits: z.strictObject(COMMON_LIMITS).optional().describe("bounds of this grant, below the platform's own"),
	...COMMON_GRANT,
});
export type CryptoJwtGrant = z.infer<typeof CryptoJwtGrant>;
