import { LIMITS } from "../../../contract/limits.ts";
import { bytesToText } from "../byte-text.ts";
import { escapedForms } from "./escaped-forms.ts";

/** A shorter secret in another case may be a word of everybody's. */
const FOLDED_CHARS = 16;

/**
 * The forms in which an honest far side echoes a secret: as it is, in one case, in UTF-16, base64 and base64url (also as a part of a longer encoded text,
 * such as `user:secret`), hex, percent-encoded, and escaped in JSON, scripts, HTML or XML as well-known encoders do it. Those that come last are left out where
 * all together pass LIMITS.secretFormChars, which takes some thousand signs in a secret.
 * @param secret printable ASCII.
 */
export const formsOf = (secret: string): readonly string[] => {
	const bytes = new TextEncoder().encode(secret);
	const hex = bytesToText(bytes, "hex");
	const percent = encodeURIComponent(secret);
	const everyByte = hex.replace(/../g, "%$&");
	return withinBound([
		secret,
		...(secret.length < FOLDED_CHARS ? [] : [secret.toLowerCase(), secret.toUpperCase()]),
		percent,
		percent.replace(/%../g, (code) => code.toLowerCase()),
		encodeURI(secret),
		// In a path, and inside a URL that is itself a part of one.
		percent.replaceAll("%2F", "/"),
		encodeURIComponent(percent),
		everyByte,
		everyByte.toUpperCase(),
		hex,
		hex.toUpperCase(),
		...(["base64", "base64url"] as const).flatMap((encoding) => [bytesToText(bytes, encoding), ...alignedCores(bytes, encoding)]),
		[...secret].join("\0"),
		...escapedForms(secret),
	]);
};

const withinBound = (forms: readonly string[]): string[] => {
	let left = LIMITS.secretFormChars;
	return [...new Set(forms)].filter((form) => {
		left -= form.length;
		return left >= 0;
	});
};

/** The characters of an encoding that depend on the secret alone, for each of the three places where it may begin inside a longer text. */
const alignedCores = (bytes: Uint8Array, encoding: "base64" | "base64url"): string[] =>
	[0, 1, 2].map((before) => {
		const padded = new Uint8Array(before + bytes.length);
		padded.set(bytes, before);
		const start = Math.ceil((before * 8) / 6);
		const end = Math.floor((padded.length * 8) / 6);
		return bytesToText(padded, encoding).slice(start, end);
	});
