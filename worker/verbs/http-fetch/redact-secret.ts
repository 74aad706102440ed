import { bytesToText } from "../byte-text.ts";

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
 * @param secret printable ASCII, at least LIMITS.injectedSecretBytes.min characters.
 */
export const makeRedactor = (secret: string): Redactor => {
	// Longest first: a form that contains another is gone before its part is looked for.
	const forms = [...new Set(encodedForms(secret))].sort((left, right) => right.length - left.length);
	const needles = forms.map((form) => ENCODER.encode(form));
	return {
		text: (text) => forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text),
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

const replaceBytes = (bytes: Uint8Array, needle: Uint8Array): Uint8Array => {
	const found = indexesOf(bytes, needle);
	if (found.length === 0) return bytes;
	const mark = ENCODER.encode(REDACTED);
	const clean = new Uint8Array(bytes.length + found.length * (mark.length - needle.length));
	let from = 0;
	let to = 0;
	for (const at of [...found, bytes.length]) {
		clean.set(bytes.subarray(from, at), to);
		to += at - from;
		if (at < bytes.length) clean.set(mark, to);
		to += mark.length;
		from = at + needle.length;
	}
	return clean;
};

const indexesOf = (bytes: Uint8Array, needle: Uint8Array): number[] => {
	const [first = 0] = needle;
	const found: number[] = [];
	let at = bytes.indexOf(first);
	while (at !== -1 && at + needle.length <= bytes.length) {
		const start = at;
		const matches = needle.every((byte, index) => bytes[start + index] === byte);
		if (matches) found.push(at);
		at = bytes.indexOf(first, at + (matches ? needle.length : 1));
	}
	return found;
};
