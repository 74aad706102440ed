import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The request's Idempotency-Key, or null when there is none.
 * @throws Refusal `invalid_request` when it is empty, longer than LIMITS.idempotencyKeyChars or not printable ASCII.
 */
export const readIdempotencyKey = (label: string, headers: Headers): string | null => {
	const key = headers.get("idempotency-key");
	if (key === null) return null;
	if (key.length <= LIMITS.idempotencyKeyChars && PRINTABLE.test(key)) return key;
	const wanted = `1 to ${LIMITS.idempotencyKeyChars} printable ASCII characters`;
	const found = key === "" ? "an empty one" : key.length > LIMITS.idempotencyKeyChars ? `${key.length} characters` : "other characters";
	throw new Refusal("invalid_request", `${label}: Idempotency-Key: found ${found}, wanted ${wanted}`, {
		details: { issues: [{ path: "Idempotency-Key", found, wanted }] },
	});
};
