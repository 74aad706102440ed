import { LIMITS } from "../../../contract/limits.ts";
import { textToBytes } from "../byte-text.ts";

/** PKCS#8 (RFC 8410 §7) around a 32-byte Ed25519 seed: everything before the seed. */
const SEED_PREFIX = new Uint8Array([0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]);
const SEED_BYTES = 32;
const PEM = /^-----BEGIN PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PRIVATE KEY-----$/;

/** The bytes of an HMAC key: after `base64:` or `hex:` the decoded ones, else the secret's as they are. Null when it does not fit or is too short. */
export const readHmacKey = (secret: Uint8Array): Uint8Array<ArrayBuffer> | null => {
	const text = secretText(secret);
	const key = text !== null && hasPrefix(text) ? readPrefixed(text) : new Uint8Array(secret);
	return key === null || key.length < LIMITS.hmacSecretMinBytes ? null : key;
};

/** An Ed25519 key as PKCS#8 DER: from PEM, or from a 32-byte seed after `base64:` or `hex:`. Null when it is neither. */
export const readEd25519Key = (secret: Uint8Array): Uint8Array<ArrayBuffer> | null => {
	const text = secretText(secret);
	if (text === null) return null;
	if (!hasPrefix(text)) {
		const [, encoded] = PEM.exec(text.trim()) ?? [];
		return encoded === undefined ? null : textToBytes(encoded.replace(/\s/g, ""), "base64");
	}
	const seed = readPrefixed(text);
	if (seed === null || seed.length !== SEED_BYTES) return null;
	const der = new Uint8Array(SEED_PREFIX.length + SEED_BYTES);
	der.set(SEED_PREFIX);
	der.set(seed, SEED_PREFIX.length);
	return der;
};

const secretText = (secret: Uint8Array): string | null => {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(secret);
	} catch {
		return null;
	}
};

const hasPrefix = (text: string): boolean => text.startsWith("base64:") || text.startsWith("hex:");

const readPrefixed = (text: string): Uint8Array<ArrayBuffer> | null =>
	text.startsWith("hex:") ? textToBytes(text.slice(4).trim(), "hex") : textToBytes(text.slice(7).trim(), "base64");
