/** How bytes are written as text: lower-case hex (RFC 4648 §8), base64 with padding (§4), base64url without padding (§5). */
export const BYTE_ENCODINGS = ["hex", "base64", "base64url"] as const;
export type ByteEncoding = (typeof BYTE_ENCODINGS)[number];

const CHUNK_BYTES = 8_192;

const toBase64 = (bytes: Uint8Array): string => {
	let binary = "";
	for (let start = 0; start < bytes.length; start += CHUNK_BYTES)
		binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK_BYTES));
	return btoa(binary);
};

export const bytesToText = (bytes: Uint8Array, encoding: ByteEncoding): string => {
	switch (encoding) {
		case "hex":
			return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
		case "base64":
			return toBase64(bytes);
		case "base64url":
			return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	}
};

const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** The bytes that a text stands for, or null when it is not exactly of the encoding. Padding may be missing in base64, never in the wrong place. */
export const textToBytes = (text: string, encoding: ByteEncoding): Uint8Array<ArrayBuffer> | null => {
	if (encoding === "hex") {
		if (!HEX.test(text)) return null;
		return Uint8Array.from({ length: text.length / 2 }, (_, index) => Number.parseInt(text.slice(index * 2, index * 2 + 2), 16));
	}
	if (!(encoding === "base64" ? BASE64 : BASE64URL).test(text)) return null;
	try {
		const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
		return Uint8Array.from(binary, (character) => character.charCodeAt(0));
	} catch {
		return null;
	}
};
