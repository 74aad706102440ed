import { LIMITS } from "../../../contract/limits.ts";
import { fieldOf, textOf } from "./body-fields.ts";
import { contentId, readId } from "./message-id.ts";
import { readSignature } from "./read-signature.ts";
import { refused, type Scheme, VERIFIED, wholeSecret } from "./scheme.ts";
import { isInWindow, readTime } from "./signed-at.ts";
import { isSignedWith } from "./signed-with.ts";

const SIGNATURE = "stripe-signature";

/**
 * Stripe: HMAC-SHA256 of `timestamp.body` under the text of the secret (its `whsec_` is part of it), in hex: `t=…,v1=…,v1=…`. Other versions (v0, of test
 * events) are passed over; a time that is there twice, as where two headers were joined, makes the whole of it none.
 */
export const stripe: Scheme = {
	keyOf: wholeSecret,
	verify: ({ headers, bytes, nowMs }, keys, { toleranceSeconds }) => {
		const given = headers.get(SIGNATURE);
		if (!given) return refused("missing");
		const parts = partsOf(given);
		const atMs = parts === null ? null : readTime(parts.time);
		if (parts === null || atMs === null) return refused("invalid");
		if (!isSignedWith("sha256", keys, [`${parts.time}.`, bytes], parts.signatures)) return refused("invalid");
		return isInWindow(atMs, nowMs, toleranceSeconds) ? VERIFIED : refused("late");
	},
	identify: ({ bytes, body }) => {
		const id = readId(fieldOf(body, "id")) ?? contentId(bytes);
		return { deliveryId: id, keys: [`id:${id}`] };
	},
	eventOf: ({ body }) => textOf(body, "type"),
	handshake: () => null,
	hiddenFields: [],
	signedHeaders: () => [{ name: SIGNATURE, unit: "seconds" }],
	signatureHeaders: () => [SIGNATURE],
};

const PART = /^([a-z0-9]{1,16})=([0-9a-zA-Z]*)$/;

const partsOf = (header: string): { time: string; signatures: readonly Uint8Array[] } | null => {
	if (header.length > LIMITS.hookSignatureChars) return null;
	let time: string | null = null;
	const signatures: Uint8Array[] = [];
	for (const item of header.split(",")) {
		const [, name, value] = PART.exec(item) ?? [];
		if (name === undefined || value === undefined || (name === "t" && time !== null)) return null;
		if (name === "t") time = value;
		const signature = name === "v1" ? readSignature("hex", value) : null;
		if (signature !== null) signatures.push(signature);
	}
	return time === null ? null : { time, signatures };
};
