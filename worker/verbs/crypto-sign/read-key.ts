import { textToBytes } from "../byte-text.ts";

/** PKCS#8 (RFC 8410 §7) around a 32-byte Ed25519 seed: everything before the seed. */
const SEED_PREFIX = new Uint8Array([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]);
const SEED_BYTES = 32;
const PEM_HEAD = "-----BEGIN PRIVATE KEY-----";
const PEM_FOOT = "-----END PRIVATE KEY-----";
const PEM_BODY = /^\s[A-Za-z0-9+/=\s]+$/;
const PEM_START = "-----BEGIN";

/**
 * The bytes of a symmetric key: after `base64:` or `hex:` the decoded ones, else the secret's as they are. Null when it does not fit, has not the
 * length, or is PEM: a public key is known to everybody, and whoever takes one for an HMAC key can be sent forged signatures.
 */
export const readSymmetricKey = (secret: Uint8Array, length: { min: number; max?: number }): Uint8Array<ArrayBuffer> | null => {
	const text = secretText(secret);
	if (text?.trimStart().startsWith(PEM_START) === true) return null;
	const key = text !== null && hasPrefix(text) ? readPrefixed(text) : new Uint8Array(secret);
	return key === null || key.length < length.min || key.length > (length.max ?? key.length) ? null : key;
};

/** The same, but only after `base64:` or `hex:`: for keys that must be random bytes and no pass phrase. */
export const readRandomKey = (secret: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> | null => {
	const text = secretText(secret);
	return text !== null && hasPrefix(text) ? readSymmetricKey(secret, { min: bytes, max: bytes }) : null;
};

/** A private key in PKCS#8 PEM as DER, or null. Head and foot are cut off first: one expression for all of it would backtrack over blanks. */
export const readPkcs8 = (secret: Uint8Array): Uint8Array<ArrayBuffer> | null => {
	const pem = secretText(secret)?.trim() ?? "";
	if (!pem.startsWith(PEM_HEAD) || !pem.endsWith(PEM_FOOT)) return null;
	const body = pem.slice(PEM_HEAD.length, -PEM_FOOT.length);
	return PEM_BODY.test(body) ? textToBytes(body.replace(/\s/g, ""), "base64") : null;
};

/** An Ed25519 key as PKCS#8 DER: from PEM, or from a 32-byte seed after `base64:` or `hex:`. Null when it is neither. */
export const readEd25519Key = (secret: Uint8Array): Uint8Array<ArrayBuffer> | null => {
	const text = secretText(secret);
	if (text === null || !hasPrefix(text)) return readPkcs8(secret);
	const seed = readPrefixed(text);
	if (seed === null || seed.length !== SEED_BYTES) return null;
	const der = new Uint8Array(SEED_PREFIX.length + SEED_BYTES);
	der.set(SEED_PREFIX);
	der.set(seed, SEED_PREFIX.length);
	return der;
};

/** A secret as text, or null when it is not UTF-8. */
export const secretText = (secret: Uint8Array): string | null => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(secret);
	} catch {
		return null;
	}
};

const hasPrefix = (text: string): boolean => text.startsWith("base64:") || text.startsWith("hex:");

const readPrefixed = (text: string): Uint8Array<ArrayBuffer> | null =>
	text.startsWith("hex:") ? textToBytes(text.slice(4).trim(), "hex") : textToBytes(text.slice(7).trim(), "base64");
