import { describeSchema } from "../json-schema/describe-schema.ts";
import type { CryptoJwtGrant, JWT_METHODS } from "./crypto-jwt-grant.ts";

/** The TypeScript type of `env.<name>` for a token grant. Says nothing of the key. */
export const cryptoJwtDeclaration = (grant: CryptoJwtGrant, methods: readonly (typeof JWT_METHODS)[number][]): string =>
	`{\n${methods.map((method) => TEXTS[method](grant)).join("\n")}\n}`;

const TEXTS: Readonly<Record<(typeof JWT_METHODS)[number], (grant: CryptoJwtGrant) => string>> = {
	sign: (grant) => {
		const own = grant.subject !== undefined && "schema" in grant.subject ? " & { sub: string }" : "";
		const type = describeSchema(grant.claims);
		return `	/** A JSON Web Token (${grant.algorithm}) with your claims; iss, aud, exp, iat, jti${own === "" ? " and sub" : ""} are set by the host. It lives ${grant.maxLifetimeSeconds} seconds, or as you ask for less. */
	sign(claims: ${own === "" ? type : `(${type})${own}`}, options?: { lifetimeSeconds?: number }): Promise<string>;`;
	},
	verify: () => `	/** Checks a token of this issuer and key: signature, times, audience, claims. */
	verify(token: string): Promise<{ valid: true; claims: Record<string, unknown> } | { valid: false; reason: "malformed" | "header" | "signature" | "expired" | "claims" }>;`,
	publicKey: () => `	/** The key's public half, for who verifies the tokens: as a JWK for a key set, and as SubjectPublicKeyInfo in PEM. */
	publicKey(): Promise<{ raw?: string; jwk: { kty: string; kid: string; alg: string; use: "sig"; crv?: string; x?: string; y?: string; n?: string; e?: string }; pem: string }>;`,
};
