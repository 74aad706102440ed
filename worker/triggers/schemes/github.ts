import { contentId, readId } from "./message-id.ts";
import { readSignature } from "./read-signature.ts";
import { refused, type Scheme, VERIFIED, wholeSecret } from "./scheme.ts";
import { isSignedWith } from "./signed-with.ts";

const SIGNATURE = "x-hub-signature-256";
const PREFIX = "sha256=";

/**
 * GitHub: HMAC-SHA256 of the body, in hex, behind `sha256=`. Neither a time nor a header is signed, so that a repeat is known by its body alone: with another id
 * on it it is the same delivery, and an id that somebody has put on another body stands for nothing. The old `X-Hub-Signature` (SHA-1) is not looked at.
 */
export const github: Scheme = {
	keyOf: wholeSecret,
	verify: ({ headers, bytes }, keys) => {
		const given = headers.get(SIGNATURE);
		if (!given) return refused("missing");
		const signature = given.startsWith(PREFIX) ? readSignature("hex", given.slice(PREFIX.length)) : null;
		return signature !== null && isSignedWith("sha256", keys, [bytes], [signature]) ? VERIFIED : refused("invalid");
	},
	identify: ({ headers, bytes }) => {
		const digest = contentId(bytes);
		return { deliveryId: readId(headers.get("x-github-delivery")) ?? digest, keys: [digest] };
	},
	eventOf: ({ headers }) => headers.get("x-github-event") ?? "",
	handshake: ({ headers }) => (headers.get("x-github-event") === "ping" ? { ok: "pong" } : null),
	hiddenFields: [],
	signedHeaders: () => [{ name: SIGNATURE, prefix: PREFIX }],
	signatureHeaders: () => [SIGNATURE, "x-hub-signature"],
};
