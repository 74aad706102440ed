import { calculateJwkThumbprint } from "jose";
import { LIMITS } from "../../../contract/limits.ts";
import { bytesToText, textToBytes } from "../byte-text.ts";
import { readEd25519Key, readPkcs8 } from "./read-key.ts";

/** Kinds of key pair. The two of RSA take the same secrets; a pair opened for one signs with that one alone. */
export const KEY_PAIRS = {
	ed25519: { name: "Ed25519" },
	"ecdsa-p256": { name: "ECDSA", namedCurve: "P-256" },
	"rsa-pss-sha256": { name: "RSA-PSS", hash: "SHA-256" },
	"rsa-pkcs1-sha256": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
} as const;
export type KeyPairKind = keyof typeof KEY_PAIRS;

/** A key of WebCrypto, by the name that both runtimes' types know. */
export type HostKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** The public members of a JWK (RFC 7517, RFC 8037). */
export type PublicJwk =
	| { readonly kty: "OKP"; readonly crv: "Ed25519"; readonly x: string }
	| { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string }
	| { readonly kty: "RSA"; readonly n: string; readonly e: string };

/** A public key in the forms that other software reads. */
export interface PublicKey {
	/** The bytes, base64: 32 for Ed25519, 65 (an uncompressed point) for P-256. RSA keys have no such form. */
	readonly raw?: string;
	/** `kid` is the thumbprint of RFC 7638. */
	readonly jwk: PublicJwk & { readonly kid: string };
	/** SubjectPublicKeyInfo (RFC 5280 §4.1). */
	readonly pem: string;
}

/** A key pair for the length of one call. Neither half gives its private part away. */
export interface KeyPair {
	readonly signing: HostKey;
	readonly verifying: HostKey;
	readonly publicKey: PublicKey;
}

/**
 * The key pair that a secret holds: PKCS#8 PEM, or for Ed25519 also a seed. Null when it does not fit the kind.
 * @throws whatever WebCrypto throws for a key that it does not read.
 */
export const openKeyPair = async (secret: Uint8Array, kind: KeyPairKind): Promise<KeyPair | null> => {
	const der = kind === "ed25519" ? readEd25519Key(secret) : readPkcs8(secret);
	const jwk = der === null ? null : await publicPart(der, kind);
	if (der === null || jwk === null) return null;
	const verifying = await crypto.subtle.importKey("jwk", jwk, KEY_PAIRS[kind], true, ["verify"]);
	return {
		signing: await crypto.subtle.importKey("pkcs8", der, KEY_PAIRS[kind], false, ["sign"]),
		verifying,
		publicKey: await describePublicKey(verifying, jwk),
	};
};

/** WebCrypto derives a public key only by exporting the private one: extractable for that, but neither the key nor the export leaves this function. */
const publicPart = async (der: Uint8Array<ArrayBuffer>, kind: KeyPairKind): Promise<PublicJwk | null> => {
	const key = await crypto.subtle.importKey("pkcs8", der, KEY_PAIRS[kind], true, ["sign"]);
	const exported = await crypto.subtle.exportKey("jwk", key);
	if (exported instanceof ArrayBuffer) return null;
	const { crv, x, y, n, e } = exported;
	switch (kind) {
		case "ed25519":
			return crv === "Ed25519" && typeof x === "string" ? { kty: "OKP", crv, x } : null;
		case "ecdsa-p256":
			return crv === "P-256" && typeof x === "string" && typeof y === "string" ? { kty: "EC", crv, x, y } : null;
		case "rsa-pss-sha256":
		case "rsa-pkcs1-sha256":
			return typeof n === "string" && typeof e === "string" && fitsBits(n) ? { kty: "RSA", n, e } : null;
	}
};

/** Whether a modulus has the bits that are allowed; in a JWK it has no leading zero bytes (RFC 7518 §6.3.1.1). */
const fitsBits = (modulus: string): boolean => {
	const bytes = textToBytes(modulus, "base64url");
	if (bytes === null || bytes.length === 0) return false;
	const bits = bytes.length * 8 - (Math.clz32(bytes[0] ?? 0) - 24);
	return bits >= LIMITS.rsaKeyBits.min && bits <= LIMITS.rsaKeyBits.max;
};

const describePublicKey = async (key: HostKey, jwk: PublicJwk): Promise<PublicKey> => {
	const spki = await crypto.subtle.exportKey("spki", key);
	const raw = jwk.kty === "RSA" ? null : await crypto.subtle.exportKey("raw", key);
	if (!(spki instanceof ArrayBuffer) || (raw !== null && !(raw instanceof ArrayBuffer)))
		throw new TypeError("Describing a public key: found another form of key, wanted bytes.");
	const lines = bytesToText(new Uint8Array(spki), "base64").replace(/(.{64})(?=.)/g, "$1\n");
	return {
		...(raw === null ? {} : { raw: bytesToText(new Uint8Array(raw), "base64") }),
		jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk, "sha256") },
		pem: `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`,
	};
};
