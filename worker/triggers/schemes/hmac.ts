import type { HmacSettings } from "../../../contract/hmac-settings.ts";
import { contentId, readId } from "./message-id.ts";
import { readSignature } from "./read-signature.ts";
import { refused, type Scheme, type SchemeSettings, VERIFIED, wholeSecret } from "./scheme.ts";
import { isInWindow, readTime } from "./signed-at.ts";
import { isSignedWith } from "./signed-with.ts";

/**
 * HMAC as the trigger's settings say: of the body, or of a template around it that may hold a time. One signature, after the prefix, and nothing behind it.
 * The id's header is not signed: a repeat is known by what was signed, or, where that has a new time in it, by its id with its body. An id alone stands for nothing.
 */
export const hmac: Scheme = {
	keyOf: wholeSecret,
	verify: ({ headers, bytes, nowMs }, keys, settings) => {
		const how = howOf(settings);
		const [given, time] = [headers.get(how.header), timeIn(headers, how)];
		if (!given || time === "") return refused("missing");
		const atMs = how.timestamp === undefined ? nowMs : readTime(time, how.timestamp.unit);
		const signature = signatureIn(given, how);
		if (atMs === null || signature === null) return refused("invalid");
		if (!isSignedWith(how.algorithm, keys, contentParts(how, time, bytes), [signature])) return refused("invalid");
		return isInWindow(atMs, nowMs, settings.toleranceSeconds) ? VERIFIED : refused("late");
	},
	identify: ({ headers, bytes }, settings) => {
		const how = howOf(settings);
		const id = how.idHeader === undefined ? null : readId(headers.get(how.idHeader));
		const digest = contentId(...contentParts(how, timeIn(headers, how), bytes));
		return { deliveryId: id ?? digest, keys: id === null ? [digest] : [`id:${id} ${contentId(bytes)}`, digest] };
	},
	eventOf: () => "",
	handshake: () => null,
	hiddenFields: [],
	signedHeaders: (settings) => {
		const { header, prefix, timestamp } = howOf(settings);
		const signature = { name: header.toLowerCase(), prefix };
		return timestamp === undefined ? [signature] : [signature, { name: timestamp.header.toLowerCase(), unit: timestamp.unit }];
	},
	signatureHeaders: (settings) => [howOf(settings).header.toLowerCase()],
};

const howOf = ({ hmac: how }: SchemeSettings): HmacSettings => {
	if (how === null) throw new TypeError("Verifying a webhook: found a trigger of the scheme hmac without its settings, wanted them");
	return how;
};

const NO_TIME = "-";

/** "" where it is to be there and is not. */
const timeIn = (headers: Headers, { timestamp }: HmacSettings): string =>
	timestamp === undefined ? NO_TIME : (headers.get(timestamp.header) ?? "");

const signatureIn = (header: string, { prefix = "", encoding }: HmacSettings): Uint8Array | null =>
	header.startsWith(prefix) ? readSignature(encoding, header.slice(prefix.length)) : null;

/** What is signed. The settings' schema has seen to it that each stands in the template once. */
const contentParts = (how: HmacSettings, time: string, bytes: Uint8Array): readonly (string | Uint8Array)[] => {
	const template = how.signed ?? (how.timestamp === undefined ? "{body}" : "{timestamp}.{body}");
	const [before = "", after = ""] = template.split("{body}");
	return [before.replace("{timestamp}", () => time), bytes, after.replace("{timestamp}", () => time)];
};
