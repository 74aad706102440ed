import { LIMITS } from "../../../contract/limits.ts";
import type { ByteEncoding } from "../byte-text.ts";
import type { CryptoSignGrant } from "./crypto-sign-grant.ts";

/** The TypeScript type of `env.<name>` for a signing grant. Says nothing of the key. */
export const cryptoSignDeclaration = (grant: CryptoSignGrant, encoding: ByteEncoding): string => {
	const options = '{ encoding?: "hex" | "base64" | "base64url" }';
	const publicKey = `
	/** The key's public half: 32 bytes as base64, as a JWK, and as SubjectPublicKeyInfo in PEM. */
	publicKey(): Promise<{ raw: string; jwk: { kty: "OKP"; crv: "Ed25519"; x: string; kid: string }; pem: string }>;`;
	const result =
		grant.algorithm === "ed25519"
			? '{ signature: string; algorithm: "ed25519"; keyId: string }'
			: '{ signature: string; algorithm: "hmac-sha256" }';
	return `{
	/** Signs the payload (text as UTF-8, at most ${LIMITS.payloadBytes} bytes) with ${grant.algorithm}; the signature is ${encoding} unless said otherwise. The key stays on the host. */
	sign(payload: string | Uint8Array, options?: ${options}): Promise<${result}>;
	/** Whether the signature is the payload's. */
	verify(payload: string | Uint8Array, signature: string, options?: ${options}): Promise<boolean>;${grant.algorithm === "ed25519" ? publicKey : ""}
}`;
};
