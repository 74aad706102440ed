/** Each byte as it is compared: letters small, digits, and 0 for all else. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, code) => {
	if (code >= 0x41 && code <= 0x5a) return code + 0x20;
	return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) ? code : 0;
});

/** Bytes without case and without everything that is no letter or digit of ASCII: separators, line breaks, padding and NULs hide nothing. @param folded where it is put, at least as long */
export const foldBytes = (bytes: Uint8Array, folded: Uint8Array = new Uint8Array(bytes.length)): Uint8Array => {
	let length = 0;
	for (let at = 0; at < bytes.length; at += 1) {
		const code = FOLDED[bytes[at] ?? 0] ?? 0;
		if (code === 0) continue;
		folded[length] = code;
		length += 1;
	}
	return folded.subarray(0, length);
};

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** The same of text. */
export const foldText = (text: string): string => DECODER.decode(foldBytes(ENCODER.encode(text)));
