import { LIMITS } from "../../../contract/limits.ts";
import type { ByteEncoding } from "../byte-text.ts";
import { describeSchema } from "../json-schema/describe-schema.ts";
import type { CryptoSignGrant } from "./crypto-sign-grant.ts";
import { isHmac } from "./sign-methods.ts";

/** The TypeScript type of `env.<name>` for a signing grant. Says nothing of the key. */
export const cryptoSignDeclaration = (grant: CryptoSignGrant, encoding: ByteEncoding): string => {
	const options = '{ encoding?: "hex" | "base64" | "base64url" }';
	const pair = !isHmac(grant.algorithm);
	const fields = `signature: string; algorithm: "${grant.algorithm}"${pair ? "; keyId: string" : ""}`;
	return `{
${signText(grant, encoding, options, fields)}
	/** Whether the signature is the payload's. */
	verify(payload: string | Uint8Array, signature: string, options?: ${options}): Promise<boolean>;${pair ? publicKeyText(grant) : ""}
}`;
};

const signText = (grant: CryptoSignGrant, encoding: ByteEncoding, options: string, fields: string): string => {
	const written = `the signature is ${encoding} unless said otherwise. The key stays on the host.`;
	if (grant.payload === undefined) {
		return `	/** Signs the payload (text as UTF-8, at most ${LIMITS.payloadBytes} bytes) with ${grant.algorithm}; ${written} */
	sign(payload: string | Uint8Array, options?: ${options}): Promise<{ ${fields} }>;`;
	}
	return `	/** Signs an object that fits the grant's schema: what is signed is \`payload\`, its canonical JSON (RFC 8785). With ${grant.algorithm}; ${written} */
	sign(value: ${describeSchema(grant.payload.schema)}, options?: ${options}): Promise<{ payload: string; ${fields} }>;`;
};

const JWKS: ReadonlyMap<string, { jwk: string; raw: string }> = new Map([
	["ed25519", { jwk: '{ kty: "OKP"; crv: "Ed25519"; x: string; kid: string }', raw: "32 bytes" }],
	["ecdsa-p256", { jwk: '{ kty: "EC"; crv: "P-256"; x: string; y: string; kid: string }', raw: "an uncompressed point of 65 bytes" }],
]);
const RSA_JWK = '{ kty: "RSA"; n: string; e: string; kid: string }';

const publicKeyText = ({ algorithm }: CryptoSignGrant): string => {
	const { jwk, raw } = JWKS.get(algorithm) ?? { jwk: RSA_JWK, raw: null };
	return `
	/** The key's public half: ${raw === null ? "" : `${raw} as base64, `}as a JWK, and as SubjectPublicKeyInfo in PEM. */
	publicKey(): Promise<{ ${raw === null ? "" : "raw: string; "}jwk: ${jwk}; pem: string }>;`;
};
