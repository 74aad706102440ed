import { LIMITS } from "../../../contract/limits.ts";
import { fieldOf, textOf } from "./body-fields.ts";
import { contentId, readId } from "./message-id.ts";
import { readSignature } from "./read-signature.ts";
import { refused, type Scheme, VERIFIED, wholeSecret } from "./scheme.ts";
import { isInWindow, readTime } from "./signed-at.ts";
import { isSignedWith } from "./signed-with.ts";

const [SIGNATURE, TIME] = ["x-slack-signature", "x-slack-request-timestamp"];
const PREFIX = "v0=";

/** Slack: HMAC-SHA256 of `v0:timestamp:body`, in hex, behind `v0=`. Events are JSON, slash commands and interactions forms. */
export const slack: Scheme = {
	keyOf: wholeSecret,
	verify: ({ headers, bytes, nowMs }, keys, { toleranceSeconds }) => {
		const [given, time] = [headers.get(SIGNATURE), headers.get(TIME)];
		if (!given || !time) return refused("missing");
		const atMs = readTime(time);
		const signature = given.startsWith(PREFIX) ? readSignature("hex", given.slice(PREFIX.length)) : null;
		if (atMs === null || signature === null) return refused("invalid");
		if (!isSignedWith("sha256", keys, [`v0:${time}:`, bytes], [signature])) return refused("invalid");
		return isInWindow(atMs, nowMs, toleranceSeconds) ? VERIFIED : refused("late");
	},
	// A repeat has a new time, which is signed, and the same body.
	identify: ({ bytes, body }) => {
		const id = readId(fieldOf(body, "event_id"));
		const digest = contentId(bytes);
		return { deliveryId: id ?? digest, keys: id === null ? [digest] : [`id:${id}`, digest] };
	},
	eventOf: ({ body }) => textOf(fieldOf(body, "event"), "type") || textOf(body, "type"),
	handshake: ({ body }) => {
		const challenge = textOf(body, "challenge");
		const isAsked = textOf(body, "type") === "url_verification" && challenge !== "" && challenge.length <= LIMITS.hookChallengeChars;
		return isAsked ? { challenge } : null;
	},
	// Its old way to say who it is: the same in every message, and good for that as long as it is believed anywhere.
	hiddenFields: ["token"],
	signedHeaders: () => [
		{ name: SIGNATURE, prefix: PREFIX },
		{ name: TIME, unit: "seconds" },
	],
	signatureHeaders: () => [SIGNATURE],
};
