import { LIMITS } from "../../../contract/limits.ts";
import { webhookKey } from "../../verbs/crypto-webhook/webhook-key.ts";
import { textOf } from "./body-fields.ts";
import { readId } from "./message-id.ts";
import { readSignature } from "./read-signature.ts";
import { refused, type Scheme, VERIFIED } from "./scheme.ts";
import { isInWindow, readTime } from "./signed-at.ts";
import { isSignedWith } from "./signed-with.ts";

const [ID, TIME, SIGNATURE] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

/**
 * Standard Webhooks 1.0, symmetric signatures (v1): HMAC-SHA256 of `id.timestamp.body`, in base64. Signatures are parted by spaces, each with its version;
 * those of other versions are passed over. A header that is there twice is of no such form, and so the request is refused.
 */
export const standard: Scheme = {
	keyOf: (secret) => webhookKey(secret, true),
	verify: ({ headers, bytes, nowMs }, keys, { toleranceSeconds }) => {
		const [id, time, given] = [headers.get(ID), headers.get(TIME), headers.get(SIGNATURE)];
		if (!id || !time || !given) return refused("missing");
		const [atMs, signatures] = [readTime(time), signaturesIn(given)];
		if (readId(id) === null || atMs === null || signatures === null) return refused("invalid");
		if (!isSignedWith("sha256", keys, [`${id}.${time}.`, bytes], signatures)) return refused("invalid");
		return isInWindow(atMs, nowMs, toleranceSeconds) ? VERIFIED : refused("late");
	},
	identify: ({ headers }) => {
		const id = headers.get(ID) ?? "";
		return { deliveryId: id, keys: [`id:${id}`] };
	},
	eventOf: ({ body }) => textOf(body, "type"),
	handshake: () => null,
	hiddenFields: [],
	signedHeaders: () => [{ name: ID }, { name: TIME, unit: "seconds" }, { name: SIGNATURE }],
	signatureHeaders: () => [SIGNATURE],
};

const VERSIONED = /^([a-z0-9]{1,16}),([^,]*)$/;

/** The v1 signatures; null: the header is not of the form. */
const signaturesIn = (header: string): readonly Uint8Array[] | null => {
	if (header.length > LIMITS.hookSignatureChars) return null;
	const signatures: Uint8Array[] = [];
	for (const item of header.split(" ")) {
		const [, version, text] = VERSIONED.exec(item) ?? [];
		if (version === undefined || text === undefined) return null;
		const signature = version === "v1" ? readSignature("base64", text) : null;
		if (signature !== null) signatures.push(signature);
	}
	return signatures;
};
