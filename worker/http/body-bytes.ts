import { Refusal } from "../../contract/errors.ts";
import { LIMITS } from "../../contract/limits.ts";

/** Bytes of request bodies that each tenant has under way in this isolate: from before a body is read until its request is answered. */
const underWay = new Map<string, number>();

/** A body's part of its tenant's bound. */
export interface HeldBytes {
	/** It has come, and was so long. */
	came(bytes: number): void;
	giveBack(): void;
}

/**
 * Sets a request's body aside against its tenant's bound: a body costs several times its size in memory while it is parsed, compiled and admitted, and
 * one tenant must not fill the memory that all share. A body without a length counts as the largest until it has come.
 * @throws Refusal `rate_limited`
 */
export const holdBodyBytes = (label: string, tenantId: string, headers: Headers): HeldBytes => {
	const given = Number(headers.get("content-length") ?? LIMITS.bodyBytes);
	return hold(label, tenantId, Number.isFinite(given) ? Math.min(Math.max(given, 0), LIMITS.bodyBytes) : LIMITS.bodyBytes);
};

/** The same for a body that is read as it comes, whatever its length: LIMITS.streamHeldBytes. */
export const holdStreamBytes = (label: string, tenantId: string): HeldBytes => hold(label, tenantId, LIMITS.streamHeldBytes);

const hold = (label: string, tenantId: string, bytes: number): HeldBytes => {
	const before = underWay.get(tenantId) ?? 0;
	if (before + bytes > LIMITS.bodyBytesUnderWay) {
		const message = `${label}: found ${before} bytes of this tenant's requests under way, wanted at most ${LIMITS.bodyBytesUnderWay} with this one`;
		throw new Refusal("rate_limited", message, { details: { retryAfterSeconds: 1 } });
	}
	let held = 0;
	const change = (to: number): void => {
		const now = (underWay.get(tenantId) ?? 0) + to - held;
		held = to;
		if (now > 0) underWay.set(tenantId, now);
		else underWay.delete(tenantId);
	};
	change(bytes);
	return { came: (length) => change(Math.min(length, held)), giveBack: () => change(0) };
};
