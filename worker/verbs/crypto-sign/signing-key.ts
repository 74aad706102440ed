import { LIMITS } from "../../../contract/limits.ts";
import type { SignatureAlgorithm, SignatureFormat } from "./crypto-sign-grant.ts";
import { derToRaw, rawToDer } from "./der-signature.ts";
import { openKeyPair, type PublicKey } from "./key-pair.ts";
import { readSymmetricKey } from "./read-key.ts";

/** A key for the length of one call. */
export interface SigningKey {
	sign(payload: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
	/** Compared in constant time, by WebCrypto. */
	verify(payload: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean>;
	/** Null for HMAC, which has none. */
	readonly publicKey: PublicKey | null;
}

const PAIR_ALGORITHMS = {
	ed25519: { name: "Ed25519" },
	"ecdsa-p256": { name: "ECDSA", hash: "SHA-256" },
	"rsa-pss-sha256": { name: "RSA-PSS", saltLength: 32 },
} as const;

/** The key that a secret holds, or null when the secret does not fit the algorithm. @throws whatever WebCrypto throws for a key that it does not read. */
export const openSigningKey = async (
	secret: Uint8Array,
	{ algorithm, format }: { algorithm: SignatureAlgorithm; format: SignatureFormat },
): Promise<SigningKey | null> => {
	if (algorithm === "hmac-sha256") return await openHmac(secret, "SHA-256");
	if (algorithm === "hmac-sha512") return await openHmac(secret, "SHA-512");
	const pair = await openKeyPair(secret, algorithm);
	if (pair === null) return null;
	const by = PAIR_ALGORITHMS[algorithm];
	const der = algorithm === "ecdsa-p256" && format === "der";
	return {
		sign: async (payload) => {
			const raw = new Uint8Array(await crypto.subtle.sign(by, pair.signing, payload));
			return der ? rawToDer(raw) : raw;
		},
		verify: async (payload, signature) => {
			const raw = der ? derToRaw(signature) : signature;
			return raw !== null && (await isAuthentic(crypto.subtle.verify(by, pair.verifying, raw, payload)));
		},
		publicKey: pair.publicKey,
	};
};

/** workerd throws for bytes that cannot be a signature, such as too few, where Node says false. */
const isAuthentic = async (verifying: Promise<boolean>): Promise<boolean> => {
	try {
		return await verifying;
	} catch (error) {
		if (error instanceof Error && error.name === "OperationError") return false;
		throw error;
	}
};

const openHmac = async (secret: Uint8Array, hash: "SHA-256" | "SHA-512"): Promise<SigningKey | null> => {
	const bytes = readSymmetricKey(secret, { min: LIMITS.hmacSecretMinBytes });
	if (bytes === null) return null;
	const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign", "verify"]);
	return {
		sign: async (payload) => new Uint8Array(await crypto.subtle.sign("HMAC", key, payload)),
		verify: (payload, signature) => crypto.subtle.verify("HMAC", key, signature, payload),
		publicKey: null,
	};
};
