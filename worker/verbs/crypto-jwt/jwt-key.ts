import { type HostKey, openKeyPair, type PublicKey } from "../crypto-sign/key-pair.ts";
import { readSymmetricKey } from "../crypto-sign/read-key.ts";
import type { JwtAlgorithm } from "./crypto-jwt-grant.ts";

/** A key for the length of one call. Keys of HS* are one for both. */
export interface JwtKey {
	readonly signing: HostKey | Uint8Array<ArrayBuffer>;
	readonly verifying: HostKey | Uint8Array<ArrayBuffer>;
	readonly publicKey: PublicKey | null;
}

/** RFC 7518 §3.2: a key of at least the hash's size. */
const HMAC_BYTES = { HS256: 32, HS384: 48, HS512: 64 } as const;
const PAIRS = { EdDSA: "ed25519", ES256: "ecdsa-p256", PS256: "rsa-pss-sha256", RS256: "rsa-pkcs1-sha256" } as const;

/** The key that a secret holds, or null when it does not fit the algorithm. @throws whatever WebCrypto throws for a key that it does not read. */
export const openJwtKey = async (secret: Uint8Array, algorithm: JwtAlgorithm): Promise<JwtKey | null> => {
	switch (algorithm) {
		case "HS256":
		case "HS384":
		case "HS512": {
			const key = readSymmetricKey(secret, { min: HMAC_BYTES[algorithm] });
			return key === null ? null : { signing: key, verifying: key, publicKey: null };
		}
		default:
			return await openKeyPair(secret, PAIRS[algorithm]);
	}
};

export const isSymmetric = (algorithm: JwtAlgorithm): boolean => algorithm.startsWith("HS");
