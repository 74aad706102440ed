import { bytesToText } from "../byte-text.ts";

/**
 * The forms in which an honest far side echoes a secret: as it is, base64 and base64url (also as a part of a longer encoded text, such as `user:secret`),
 * hex, percent-encoded, and escaped in JSON or HTML.
 * @param secret printable ASCII.
 */
export const formsOf = (secret: string): readonly string[] => {
	const bytes = new TextEncoder().encode(secret);
	const hex = bytesToText(bytes, "hex");
	const json = JSON.stringify(secret).slice(1, -1);
	const percent = encodeURIComponent(secret);
	const form = new URLSearchParams([["", secret]]).toString().slice(1);
	const everyByte = hex.replace(/../g, "%$&");
	const html = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
	return [
		secret,
		json,
		json.replaceAll("/", "\\/"),
		...escapedInJson(secret),
		html,
		html.replaceAll("'", "&#39;"),
		html.replaceAll("'", "&#x27;"),
		percent,
		percent.replace(/%../g, (code) => code.toLowerCase()),
		form,
		form.replace(/%../g, (code) => code.toLowerCase()),
		encodeURI(secret),
		// In a path, and inside a URL that is itself a part of one.
		percent.replaceAll("%2F", "/"),
		encodeURIComponent(percent),
		everyByte,
		everyByte.toUpperCase(),
		hex,
		hex.toUpperCase(),
		...(["base64", "base64url"] as const).flatMap((encoding) => [bytesToText(bytes, encoding), ...alignedCores(bytes, encoding)]),
	];
};

/** As encoders write it that make JSON safe for HTML: the signs of markup alone (Go), and the quotes and the plus as well (.NET). */
const escapedInJson = (secret: string): string[] => {
	const json = JSON.stringify(secret).slice(1, -1);
	const inUnicode = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
	const wide = secret.replace(/["&'+<>`]/g, inUnicode);
	return [json.replace(/[&<>]/g, inUnicode), wide, wide.replace(/\\u..../g, (code) => `\\u${code.slice(2).toUpperCase()}`)];
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
