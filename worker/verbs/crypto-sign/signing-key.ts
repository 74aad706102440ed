import { bytesToText, textToBytes } from "../byte-text.ts";
import type { SignatureAlgorithm } from "./crypto-sign-grant.ts";
import { readEd25519Key, readHmacKey } from "./read-key.ts";

/** A public key in the forms that other software reads. */
export interface PublicKey {
	/** 32 bytes, base64. */
	readonly raw: string;
	readonly jwk: { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string; readonly kid: string };
	/** SubjectPublicKeyInfo (RFC 8410 §4). */
	readonly pem: string;
}

/** A key for the length of one call. */
export interface SigningKey {
	sign(payload: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
	/** Compared in constant time, by WebCrypto. */
	verify(payload: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>): Promise<boolean>;
	/** Null for hmac-sha256, which has none. */
	readonly publicKey: PublicKey | null;
}

const HMAC = { name: "HMAC", hash: "SHA-256" };
const ED25519 = { name: "Ed25519" };
/** SubjectPublicKeyInfo around a 32-byte Ed25519 key: everything before the key. */
const SPKI_PREFIX = new Uint8Array([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);

/** The key that a secret holds, or null when the secret does not fit the algorithm. What is wrong with it is never told. */
export const openSigningKey = async (secret: Uint8Array, algorithm: SignatureAlgorithm): Promise<SigningKey | null> => {
	try {
		return algorithm === "hmac-sha256" ? await openHmac(secret) : await openEd25519(secret);
	} catch {
		return null;
	}
};

const openHmac = async (secret: Uint8Array): Promise<SigningKey | null> => {
	const bytes = readHmacKey(secret);
	if (bytes === null) return null;
	const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign", "verify"]);
	return {
		sign: async (payload) => new Uint8Array(await crypto.subtle.sign(HMAC.name, key, payload)),
		verify: (payload, signature) => crypto.subtle.verify(HMAC.name, key, signature, payload),
		publicKey: null,
	};
};

const openEd25519 = async (secret: Uint8Array): Promise<SigningKey | null> => {
	const der = readEd25519Key(secret);
	if (der === null) return null;
	// WebCrypto derives a public key only by exporting the private one: extractable, but neither the key nor the export leaves this function.
	const key = await crypto.subtle.importKey("pkcs8", der, ED25519, true, ["sign"]);
	const exported = await crypto.subtle.exportKey("jwk", key);
	if (exported instanceof ArrayBuffer || typeof exported.x !== "string") return null;
	const publicBytes = textToBytes(exported.x, "base64url");
	if (publicBytes === null) return null;
	const verifier = await crypto.subtle.importKey("raw", publicBytes, ED25519, false, ["verify"]);
	return {
		sign: async (payload) => new Uint8Array(await crypto.subtle.sign(ED25519, key, payload)),
		verify: (payload, signature) => crypto.subtle.verify(ED25519, verifier, signature, payload),
		publicKey: await describePublicKey(publicBytes),
	};
};

const describePublicKey = async (bytes: Uint8Array): Promise<PublicKey> => {
	const x = bytesToText(bytes, "base64url");
	// RFC 7638: the thumbprint is over exactly these members in this order.
	const thumbprint = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify({ crv: "Ed25519", kty: "OKP", x })));
	const spki = new Uint8Array(SPKI_PREFIX.length + bytes.length);
	spki.set(SPKI_PREFIX);
	spki.set(bytes, SPKI_PREFIX.length);
	return {
		raw: bytesToText(bytes, "base64"),
		jwk: { kty: "OKP", crv: "Ed25519", x, kid: bytesToText(new Uint8Array(thumbprint), "base64url") },
		pem: `-----BEGIN PUBLIC KEY-----\n${bytesToText(spki, "base64")}\n-----END PUBLIC KEY-----\n`,
	};
};
