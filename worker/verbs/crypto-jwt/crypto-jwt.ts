import { SignJWT } from "jose";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { joinLabels } from "../common-grant.ts";
import { done, keyCall } from "../crypto-sign/key-call.ts";
import { isOpenSchema } from "../crypto-sign/open-schema.ts";
import { grantedSchema } from "../json-schema/granted-schema.ts";
import { parseArguments } from "../parse-arguments.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { CallContext, Preparation, Verb, VerbOutcome } from "../verb.ts";
import { cryptoJwtDeclaration } from "./crypto-jwt-declaration.ts";
import { CryptoJwtGrant, JWT_METHODS } from "./crypto-jwt-grant.ts";
import { type ClaimRules, readTokenRequest, type TokenRequest } from "./jwt-claims.ts";
import { isSymmetric, type JwtKey, openJwtKey } from "./jwt-key.ts";
import { verifyToken } from "./verify-token.ts";
import { beyondCryptoJwt } from "./beyond-crypto-jwt.ts";

/** Signs and verifies JSON Web Tokens (RFC 7519) whose frame the grant fixes. */
export const cryptoJwt: Verb = {
	name: "crypto.jwt",
	grantSchema: CryptoJwtGrant,
	summary: "Signs and verifies JSON Web Tokens of one issuer, with claims that the grant describes.",
	beyond: beyondCryptoJwt,
	bind: (data) => {
		const grant = CryptoJwtGrant.parse(data);
		const methods = JWT_METHODS.filter(
			(method) => (grant.methods?.includes(method) ?? true) && (method !== "publicKey" || !isSymmetric(grant.algorithm)),
		);
		const rules = rulesOf(grant);
		return {
			methods,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				const known = methods.find((name) => name === method);
				return known === undefined ? unknownMethod("crypto.jwt", method, methods) : PREPARE[known](grant, rules, args);
			},
			declaration: () => cryptoJwtDeclaration(grant, methods),
			lint: () => lintJwt(grant),
		};
	},
};

type Prepare = (grant: CryptoJwtGrant, rules: ClaimRules, args: readonly unknown[]) => Preparation;
type Use = (key: JwtKey, context: CallContext) => Promise<VerbOutcome>;

const NO_ARGUMENT = z.tuple([z.undefined({ error: "no argument" })]);
const TOKEN = z.tuple([
	z.string({ error: "a token, which is a string" }).max(LIMITS.jwtChars, { error: `a token of at most ${LIMITS.jwtChars} characters` }),
]);

const PREPARE: Readonly<Record<(typeof JWT_METHODS)[number], Prepare>> = {
	sign: (grant, rules, args) => {
		const read = readTokenRequest(rules, args);
		if (read.kind === "invalid") return read;
		return jwtCall(grant, "sign", "", async (key, { callId }) => done(await signToken(read.request, key, grant, callId)));
	},
	verify: (grant, rules, args) => {
		const parsed = parseArguments("verify", TOKEN, args);
		if (parsed.kind === "invalid") return parsed;
		return jwtCall(grant, "verify", { valid: false, reason: "signature" }, async (key) =>
			done(await verifyToken(parsed.values[0], key, grant, rules)),
		);
	},
	publicKey: (grant, _rules, args) => {
		const parsed = parseArguments("publicKey", NO_ARGUMENT, args);
		return parsed.kind === "invalid" ? parsed : jwtCall(grant, "publicKey", null, async (key) => done(describeKey(grant, key)));
	},
};

const jwtCall = (grant: CryptoJwtGrant, method: string, planned: unknown, use: Use): Preparation => {
	const { algorithm, secret } = grant;
	const open = (bytes: Uint8Array) => openJwtKey(bytes, algorithm);
	const what = { method, rule: `${method} with ${algorithm}`, secret, purpose: algorithm, makes: method === "sign" };
	return keyCall({ ...what, open, use, planned });
};

/** The id of the call is the token's id, so that a token leads to its line in the ledger. Times are the host's. */
const signToken = async (request: TokenRequest, key: JwtKey, grant: CryptoJwtGrant, callId: string): Promise<string> => {
	const issuedAt = Math.floor(Date.now() / 1000);
	const kid = grant.keyId ?? key.publicKey?.jwk.kid;
	const token = new SignJWT(request.claims)
		.setProtectedHeader({ alg: grant.algorithm, typ: grant.type ?? "JWT", ...(kid === undefined ? {} : { kid }) })
		.setIssuer(grant.issuer)
		.setAudience(grant.audience)
		.setIssuedAt(issuedAt)
		.setExpirationTime(issuedAt + request.lifetimeSeconds)
		.setJti(callId);
	if (request.subject !== null) token.setSubject(request.subject);
	return await token.sign(key.signing);
};

/** As it stands in a key set: with the `kid` of the tokens. */
const describeKey = ({ algorithm, keyId }: CryptoJwtGrant, { publicKey }: JwtKey) =>
	publicKey === null
		? null
		: { ...publicKey, jwk: { ...publicKey.jwk, ...(keyId === undefined ? {} : { kid: keyId }), alg: algorithm, use: "sig" } };

const rulesOf = (grant: CryptoJwtGrant): ClaimRules => ({
	claims: grantedSchema(grant.claims),
	subject: subjectRule(grant.subject),
	maxLifetimeSeconds: grant.maxLifetimeSeconds,
});

const subjectRule = (subject: CryptoJwtGrant["subject"]): ClaimRules["subject"] => {
	if (subject === undefined) return { kind: "none" };
	return "is" in subject ? { kind: "is", text: subject.is } : { kind: "given", schema: grantedSchema(subject.schema) };
};

const lintJwt = (grant: CryptoJwtGrant): string[] =>
	isOpenSchema(grant.claims) ? ["crypto.jwt: claims lets claims through that it does not name; additionalProperties: false closes it"] : [];
