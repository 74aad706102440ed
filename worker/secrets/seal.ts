import { Refusal } from "../../contract/errors.ts";
import type { Env } from "../env.ts";

/** What a sealed value is bound to: it opens for nothing else. */
export interface SealedFor {
	readonly tenantId: string;
	readonly name: string;
	readonly version: number;
}

const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/** What is wrong with `SEAL_KEY`, for the operator; null when secrets can be sealed and opened. */
export const sealKeyProblem = (env: Pick<Env, "SEAL_KEY">): string | null => {
	if (env.SEAL_KEY === undefined || env.SEAL_KEY === "")
		return "SEAL_KEY: found none, wanted base64 of 32 random bytes; secrets are refused";
	return decodeBase64(env.SEAL_KEY)?.length === KEY_BYTES
		? null
		: "SEAL_KEY: found something else, wanted base64 of exactly 32 random bytes; secrets are refused";
};

/**
 * Seals a value: AES-256-GCM under the tenant's own key, a random nonce of 96 bits before the ciphertext, base64.
 * @throws Refusal `internal` when there is no usable `SEAL_KEY`: nothing is ever stored open.
 */
export const sealValue = async (env: Pick<Env, "SEAL_KEY">, place: SealedFor, value: Uint8Array): Promise<string> => {
	const key = await tenantKey(env, place.tenantId);
	const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
	const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: boundTo(place) }, key, value));
	const whole = new Uint8Array(NONCE_BYTES + sealed.length);
	whole.set(nonce);
	whole.set(sealed, NONCE_BYTES);
	return encodeBase64(whole);
};

/**
 * Opens what `sealValue` made for the same place.
 * @throws Refusal `internal` when there is no usable `SEAL_KEY`, when it is another one, or when the row was altered or moved.
 */
export const openValue = async (env: Pick<Env, "SEAL_KEY">, place: SealedFor, sealed: string): Promise<Uint8Array> => {
	const key = await tenantKey(env, place.tenantId);
	const whole = decodeBase64(sealed);
	if (whole === null || whole.length <= NONCE_BYTES) throw unavailable("a sealed row is not base64 of nonce and ciphertext");
	const [iv, ciphertext] = [whole.slice(0, NONCE_BYTES), whole.slice(NONCE_BYTES)];
	try {
		return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: boundTo(place) }, key, ciphertext));
	} catch {
		throw unavailable("a sealed row does not open: SEAL_KEY is not the one it was sealed under, or the row was altered");
	}
};

/** One key for each tenant (HKDF-SHA-256, RFC 5869), so that no row opens under another tenant's. */
const tenantKey = async (env: Pick<Env, "SEAL_KEY">, tenantId: string): Promise<CryptoKey> => {
	const problem = sealKeyProblem(env);
	const bytes = decodeBase64(env.SEAL_KEY ?? "");
	if (problem !== null || bytes === null) throw unavailable(problem ?? "SEAL_KEY is not base64");
	const root = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
	const info = new TextEncoder().encode(`cordon secrets of ${tenantId}`);
	const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
	return await crypto.subtle.deriveKey(derivation, root, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
};

/** Names hold no `|`, so that no two places have the same text. */
const boundTo = (place: SealedFor): Uint8Array => new TextEncoder().encode(`${place.tenantId}|${place.name}|${place.version}`);

/** The operator's log gets the reason; whoever asked gets none. */
const unavailable = (reason: string): Refusal => {
	console.error(`Sealing secrets: ${reason}`);
	return new Refusal("internal", "opening a secret: the platform cannot seal or open secrets, wanted its operator to read the log");
};

const encodeBase64 = (bytes: Uint8Array): string => {
	let binary = "";
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary);
};

const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> | null => {
	try {
		return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
	} catch {
		return null;
	}
};
