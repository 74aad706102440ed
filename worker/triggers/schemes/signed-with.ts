import { createHmac, timingSafeEqual } from "node:crypto";
import type { HmacSettings } from "../../../contract/hmac-settings.ts";
import { LIMITS } from "../../../contract/limits.ts";

/**
 * Whether one of the signatures is the HMAC of the parts, one after the other, under one of the keys. Each key hashes the content once, whatever was sent;
 * every signature is compared with every digest in constant time, and which of them was right does not show in the time either. Signatures of another
 * length than the digest's are none; past LIMITS.hookSignatures they are not looked at.
 */
export const isSignedWith = (
	algorithm: HmacSettings["algorithm"],
	keys: readonly Uint8Array[],
	parts: readonly (string | Uint8Array)[],
	signatures: readonly Uint8Array[],
): boolean => {
	const compared = signatures.slice(0, LIMITS.hookSignatures);
	let isSigned = false;
	for (const key of keys) {
		const digest = digestOf(algorithm, key, parts);
		for (const signature of compared) {
			const isSame = signature.byteLength === digest.byteLength && timingSafeEqual(signature, digest);
			isSigned = isSame || isSigned;
		}
	}
	return isSigned;
};

const digestOf = (algorithm: string, key: Uint8Array, parts: readonly (string | Uint8Array)[]): Uint8Array => {
	const hmac = createHmac(algorithm, key);
	for (const part of parts) hmac.update(part);
	return hmac.digest();
};
