import { bytesToText } from "../byte-text.ts";
import { codesOf, findNeedle, makeNeedle, type Needle } from "./find-needle.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

const ENCODER = new TextEncoder();

/** Takes a secret out of what goes back to the program. */
export interface Redactor {
	text(text: string): string;
	bytes(bytes: Uint8Array): Uint8Array;
}

export const NO_REDACTION: Redactor = { text: (text) => text, bytes: (bytes) => bytes };

/**
 * Finds the secret's exact value, in binary too, and the forms in which an honest far side echoes it: base64 and base64url (also as a part of a longer
 * encoded text, such as `user:secret`), hex, percent-encoded, and escaped in JSON or HTML. A far side that wants to leak it in another form can.
 * The time is linear in what is searched, for each form: the far side knows the secret and writes what is searched for it.
 * @param secret printable ASCII, at least LIMITS.injectedSecretBytes.min characters.
 */
export const makeRedactor = (secret: string): Redactor => {
	// Longest first: a form that contains another is gone before its part is looked for.
	const forms = [...new Set(encodedForms(secret))].sort((left, right) => right.length - left.length);
	const needles = forms.map(makeNeedle);
	return {
		text: (text) => needles.reduce(replaceText, text),
		bytes: (bytes) => needles.reduce(replaceBytes, bytes),
	};
};

const encodedForms = (secret: string): string[] => {
	const bytes = ENCODER.encode(secret);
	const hex = bytesToText(bytes, "hex");
	const json = JSON.stringify(secret).slice(1, -1);
	const percent = encodeURIComponent(secret);
	const form = new URLSearchParams([["", secret]]).toString().slice(1);
	const everyByte = hex.replace(/../g, "%$&");
	return [
		secret,
		json,
		json.replaceAll("/", "\\/"),
		secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
		percent,
		percent.replace(/%../g, (code) => code.toLowerCase()),
		form,
		form.replace(/%../g, (code) => code.toLowerCase()),
		encodeURI(secret),
		everyByte,
		everyByte.toUpperCase(),
		hex,
		hex.toUpperCase(),
		...(["base64", "base64url"] as const).flatMap((encoding) => [bytesToText(bytes, encoding), ...alignedCores(bytes, encoding)]),
	];
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

const replaceText = (text: string, needle: Needle): string => {
	if (text.length < needle.codes.length) return text;
	const found = findNeedle(codesOf(text), needle);
	let clean = "";
	let from = 0;
	for (const at of found) {
		clean += text.slice(from, at) + REDACTED;
		from = at + needle.codes.length;
	}
	return clean + text.slice(from);
};

const replaceBytes = (bytes: Uint8Array, needle: Needle): Uint8Array => {
	const found = findNeedle(bytes, needle);
	if (found.length === 0) return bytes;
	const mark = ENCODER.encode(REDACTED);
	const { length } = needle.codes;
	const clean = new Uint8Array(bytes.length + found.length * (mark.length - length));
	let from = 0;
	let to = 0;
	for (const at of found) {
		clean.set(bytes.subarray(from, at), to);
		clean.set(mark, to + at - from);
		to += at - from + mark.length;
		from = at + length;
	}
	clean.set(bytes.subarray(from), to);
	return clean;
};
