import { errors, jwtVerify } from "jose";
import { LIMITS } from "../../../contract/limits.ts";
import { bytesToText, textToBytes } from "../byte-text.ts";
import { plainJsonFinding } from "../json-schema/plain-json.ts";
import type { CryptoJwtGrant } from "./crypto-jwt-grant.ts";
import { type ClaimRules, withoutRegistered } from "./jwt-claims.ts";
import type { JwtKey } from "./jwt-key.ts";

/**
 * What is wrong with a token: not a JWT at all, of another algorithm or type, not signed by the key, over or too old, or with claims that the grant
 * does not allow. Nothing of a token that is not valid is given on.
 */
export type TokenFault = "malformed" | "header" | "signature" | "expired" | "claims";
export type VerifiedToken = { valid: true; claims: Record<string, unknown> } | { valid: false; reason: TokenFault };

/** Verifies a token against everything that the grant fixes: algorithm, type, issuer, audience, subject, lifetime, claims. */
export const verifyToken = async (token: string, key: JwtKey, grant: CryptoJwtGrant, rules: ClaimRules): Promise<VerifiedToken> => {
	if (!hasOneSpelling(token)) return { valid: false, reason: "malformed" };
	try {
		const { payload } = await jwtVerify(token, key.verifying, {
			algorithms: [grant.algorithm],
			typ: grant.type ?? "JWT",
			issuer: grant.issuer,
			audience: grant.audience,
			...(rules.subject.kind === "is" ? { subject: rules.subject.text } : {}),
			requiredClaims: ["exp", "iat"],
			maxTokenAge: grant.maxLifetimeSeconds,
			clockTolerance: LIMITS.jwtClockSkewS,
		});
		return claimsFit(payload, rules) ? { valid: true, claims: payload } : { valid: false, reason: "claims" };
	} catch (error) {
		return { valid: false, reason: faultOf(error) };
	}
};

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)$/;

/**
 * Whether the token is written as RFC 7515 writes it. A decoder of base64 also takes blanks, padding and unused bits that are set: then one signature
 * would have many tokens, and a list of refused tokens would not know them.
 */
const hasOneSpelling = (token: string): boolean => {
	const signature = COMPACT.exec(token)?.[1];
	const bytes = signature === undefined ? null : textToBytes(signature, "base64url");
	return bytes !== null && bytesToText(bytes, "base64url") === signature;
};

const claimsFit = (payload: Record<string, unknown>, rules: ClaimRules): boolean => {
	if (plainJsonFinding(payload) !== null || rules.claims.check(withoutRegistered(payload)) !== null) return false;
	if (rules.subject.kind === "given") return rules.subject.schema.check(payload["sub"]) === null;
	return rules.subject.kind === "is" || payload["sub"] === undefined;
};

const faultOf = (error: unknown): TokenFault => {
	if (error instanceof errors.JWTExpired) return "expired";
	if (error instanceof errors.JWTClaimValidationFailed) return error.claim === "typ" ? "header" : "claims";
	if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return "header";
	if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
	// Whatever else a hostile token makes of the parser: it is no token.
	return "malformed";
};
