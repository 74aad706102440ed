import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { BYTE_ENCODINGS, type ByteEncoding, bytesToText, textToBytes } from "../byte-text.ts";
import { fieldsOf } from "../fields-of.ts";
import type { JsonSchema } from "../json-schema/compile-schema.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { SignatureAlgorithm } from "./crypto-sign-grant.ts";
import { Payload } from "./payload-argument.ts";
import { readSchemaPayload } from "./schema-payload.ts";
import type { SigningKey } from "./signing-key.ts";

/** What a method does with the key once it is open; gives the call's value. */
export type KeyUse = (key: SigningKey) => Promise<unknown>;
export type SignPreparation = { kind: "use"; use: KeyUse; planned: unknown } | { kind: "invalid"; message: string };
export interface SignScope {
	readonly algorithm: SignatureAlgorithm;
	readonly encoding: ByteEncoding;
	/** What may be signed; null for any text and bytes. */
	readonly schema: JsonSchema | null;
}
/** Prepares a call of one method with its decoded arguments. */
export type SignMethod = (scope: SignScope, args: readonly unknown[]) => SignPreparation;

const Options = fieldsOf(
	{ encoding: z.enum(BYTE_ENCODINGS, { error: `one of ${BYTE_ENCODINGS.join(", ")}` }).optional() },
	{ error: "options: { encoding? }" },
).optional();

const Signature = z
	.string({ error: "a signature, which is a string" })
	.max(LIMITS.signatureChars, { error: `a signature of at most ${LIMITS.signatureChars} characters` });

const sign: SignMethod = (scope, args) => {
	if (scope.schema !== null) return signObject(scope, scope.schema, args);
	const parsed = parseArguments("sign", z.tuple([Payload, Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [payload, options] = parsed.values;
	return { kind: "use", use: (key) => signBytes(key, payload, scope, options?.encoding), planned: unsigned(scope) };
};

const signObject = (scope: SignScope, schema: JsonSchema, args: readonly unknown[]): SignPreparation => {
	const parsed = parseArguments("sign", z.tuple([z.unknown(), Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [value, options] = parsed.values;
	const read = readSchemaPayload("sign argument 1", schema, value, LIMITS.payloadBytes);
	if (read.kind === "invalid") return read;
	return {
		kind: "use",
		use: async (key) => ({ payload: read.text, ...(await signBytes(key, read.bytes, scope, options?.encoding)) }),
		planned: { payload: read.text, ...unsigned(scope) },
	};
};

const unsigned = ({ algorithm }: SignScope) => ({ signature: "", algorithm });

const signBytes = async (key: SigningKey, payload: Uint8Array<ArrayBuffer>, scope: SignScope, encoding: ByteEncoding | undefined) => {
	const signature = bytesToText(await key.sign(payload), encoding ?? scope.encoding);
	const keyId = key.publicKey?.jwk.kid;
	return { signature, algorithm: scope.algorithm, ...(keyId === undefined ? {} : { keyId }) };
};

/** A signature that is not of the encoding is a wrong signature, not a wrong call. */
const verify: SignMethod = (scope, args) => {
	const parsed = parseArguments("verify", z.tuple([Payload, Signature, Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [payload, signature, options] = parsed.values;
	const bytes = textToBytes(signature, options?.encoding ?? scope.encoding);
	return { kind: "use", use: async (key) => bytes !== null && (await key.verify(payload, bytes)), planned: false };
};

const publicKey: SignMethod = (_scope, args) => {
	const parsed = parseArguments("publicKey", z.tuple([z.undefined({ error: "no argument" })]), args);
	if (parsed.kind === "invalid") return parsed;
	return { kind: "use", use: async (key) => key.publicKey, planned: null };
};

const HMAC_METHODS: ReadonlyMap<string, SignMethod> = new Map([
	["sign", sign],
	["verify", verify],
]);
const PAIR_METHODS: ReadonlyMap<string, SignMethod> = new Map([...HMAC_METHODS, ["publicKey", publicKey]]);

export const isHmac = (algorithm: SignatureAlgorithm): boolean => algorithm === "hmac-sha256" || algorithm === "hmac-sha512";

/** The methods of a grant by their names: only a key pair has a public key. */
export const methodsOf = (algorithm: SignatureAlgorithm): ReadonlyMap<string, SignMethod> =>
	isHmac(algorithm) ? HMAC_METHODS : PAIR_METHODS;
