import { bytesToText, textToBytes } from "../byte-text.ts";
import type { HostKey } from "../crypto-sign/key-pair.ts";
import { readRandomKey, secretText } from "../crypto-sign/read-key.ts";

/** A key for the length of one call. */
export interface SealKey {
	readonly key: HostKey;
	/** Tells keys apart and nothing of them: the start of an HMAC under the key. */
	readonly keyId: string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 8;
const VERSION = "seal1";
const SEALED = /^seal1\.([tb])\.([A-Za-z0-9_-]{11})\.([A-Za-z0-9_-]+)$/;

/** Null when the secret is not 32 bytes as `base64:` or `hex:`. */
export const openSealKey = async (secret: Uint8Array): Promise<SealKey | null> => {
	const bytes = readRandomKey(secret, KEY_BYTES);
	if (bytes === null) return null;
	const mac = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
	const id = new Uint8Array(await crypto.subtle.sign("HMAC", mac, new TextEncoder().encode("cordon crypto.seal key id")));
	return {
		key: await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
		keyId: bytesToText(id.subarray(0, KEY_ID_BYTES), "base64url"),
	};
};

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits: `seal1.<t|b>.<key id>.<base64url of nonce, ciphertext, tag>`, where t is text and b
 * bytes. All before the last part and the context are additional data: none of it can be changed.
 * @param context null is another context than "".
 */
export const sealText = async ({ key, keyId }: SealKey, plain: string | Uint8Array, context: string | null): Promise<string> => {
	const head = `${VERSION}.${typeof plain === "string" ? "t" : "b"}.${keyId}`;
	const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
	const bytes = new Uint8Array(typeof plain === "string" ? new TextEncoder().encode(plain) : plain);
	const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: boundTo(head, context) }, key, bytes));
	const whole = new Uint8Array(NONCE_BYTES + sealed.length);
	whole.set(iv);
	whole.set(sealed, NONCE_BYTES);
	return `${head}.${bytesToText(whole, "base64url")}`;
};

/** What `sealText` was given, or why not: not its form, under another key, or changed or of another context (which cannot be told apart). */
export type OpenedText = { kind: "opened"; plain: string | Uint8Array } | { kind: "form" | "other_key" | "changed" };

export const openSealedText = async ({ key, keyId }: SealKey, sealed: string, context: string | null): Promise<OpenedText> => {
	const [, kind, id, encoded] = SEALED.exec(sealed) ?? [];
	const whole = encoded === undefined ? null : textToBytes(encoded, "base64url");
	// A text has one spelling: unused bits at the end of base64 are zero.
	if (whole === null || whole.length < NONCE_BYTES + TAG_BYTES || bytesToText(whole, "base64url") !== encoded) return { kind: "form" };
	if (id !== keyId) return { kind: "other_key" };
	const [iv, additionalData] = [whole.slice(0, NONCE_BYTES), boundTo(`${VERSION}.${kind}.${keyId}`, context)];
	try {
		const plain = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, whole.slice(NONCE_BYTES)));
		if (kind === "b") return { kind: "opened", plain };
		const text = secretText(plain);
		return text === null ? { kind: "form" } : { kind: "opened", plain: text };
	} catch {
		return { kind: "changed" };
	}
};

/** The head has a fixed length, so that no two pairs of head and context have the same bytes. */
const boundTo = (head: string, context: string | null): Uint8Array<ArrayBuffer> =>
	new Uint8Array(new TextEncoder().encode(context === null ? head : `${head}|${context}`));
