import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { BYTE_ENCODINGS, type ByteEncoding, bytesToText, textToBytes } from "../byte-text.ts";
import { parseArguments } from "../parse-arguments.ts";
import type { SignatureAlgorithm } from "./crypto-sign-grant.ts";
import type { SigningKey } from "./signing-key.ts";

/** What a method does with the key once it is open; gives the call's value. */
export type KeyUse = (key: SigningKey) => Promise<unknown>;
export type SignPreparation = { kind: "use"; use: KeyUse } | { kind: "invalid"; message: string };
/** Prepares a call of one method with its decoded arguments. */
export type SignMethod = (scope: { algorithm: SignatureAlgorithm; encoding: ByteEncoding }, args: readonly unknown[]) => SignPreparation;

const Payload = z
	.union([z.string(), z.instanceof(Uint8Array)], { error: "a string or a Uint8Array (an object: JSON.stringify it first)" })
	.refine((payload) => typeof payload !== "string" || payload.isWellFormed(), { error: "text without half surrogate pairs" })
	.transform(toBytes)
	.refine((bytes) => bytes.length <= LIMITS.payloadBytes, { error: `at most ${LIMITS.payloadBytes} bytes` });

const Options = z
	.strictObject(
		{ encoding: z.enum(BYTE_ENCODINGS, { error: `one of ${BYTE_ENCODINGS.join(", ")}` }).optional() },
		{ error: "options: { encoding? }" },
	)
	.optional();

const Signature = z.string({ error: "a signature, which is a string" }).max(1_024, { error: "a signature of at most 1024 characters" });

function toBytes(payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
	return new Uint8Array(typeof payload === "string" ? new TextEncoder().encode(payload) : payload);
}

const sign: SignMethod = (scope, args) => {
	const parsed = parseArguments("sign", z.tuple([Payload, Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [payload, options] = parsed.values;
	const encoding = options?.encoding ?? scope.encoding;
	return {
		kind: "use",
		use: async (key) => {
			const signature = bytesToText(await key.sign(payload), encoding);
			const keyId = key.publicKey?.jwk.kid;
			return { signature, algorithm: scope.algorithm, ...(keyId === undefined ? {} : { keyId }) };
		},
	};
};

/** A signature that is not of the encoding is a wrong signature, not a wrong call. */
const verify: SignMethod = (scope, args) => {
	const parsed = parseArguments("verify", z.tuple([Payload, Signature, Options]), args);
	if (parsed.kind === "invalid") return parsed;
	const [payload, signature, options] = parsed.values;
	const bytes = textToBytes(signature, options?.encoding ?? scope.encoding);
	return { kind: "use", use: async (key) => bytes !== null && (await key.verify(payload, bytes)) };
};

const publicKey: SignMethod = (_scope, args) => {
	const parsed = parseArguments("publicKey", z.tuple([z.undefined({ error: "no argument" })]), args);
	if (parsed.kind === "invalid") return parsed;
	return { kind: "use", use: async (key) => key.publicKey };
};

const HMAC_METHODS: ReadonlyMap<string, SignMethod> = new Map([
	["sign", sign],
	["verify", verify],
]);
const ED25519_METHODS: ReadonlyMap<string, SignMethod> = new Map([...HMAC_METHODS, ["publicKey", publicKey]]);

/** The methods of a grant by their names: only a key pair has a public key. */
export const methodsOf = (algorithm: SignatureAlgorithm): ReadonlyMap<string, SignMethod> =>
	algorithm === "ed25519" ? ED25519_METHODS : HMAC_METHODS;
