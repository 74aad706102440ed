/** Which bytes are printable ASCII, or white space between lines. */
const IS_TEXT = Uint8Array.from({ length: 256 }, (_, code) =>
	(code >= 0x20 && code <= 0x7e) || code === 0x0a || code === 0x0d || code === 0x09 ? 1 : 0,
);
const COMMA = 0x2c;

/** Stretches of text of at least so many bytes, each followed by a comma; null: there are none. What does not read as text is not encoded once more. */
export const textIn = (bytes: Uint8Array, least: number): Uint8Array | null => {
	let text: Uint8Array | null = null;
	let [length, from] = [0, 0];
	while (from + least <= bytes.length) {
		// From behind, so that most places of what is no text are never looked at.
		let at = from + least - 1;
		while (at >= from && IS_TEXT[bytes[at] ?? 0] === 1) at -= 1;
		if (at >= from) {
			from = at + 1;
			continue;
		}
		let end = from + least;
		while (end < bytes.length && IS_TEXT[bytes[end] ?? 0] === 1) end += 1;
		text ??= new Uint8Array(bytes.length + 1);
		text.set(bytes.subarray(from, end), length);
		length += end - from + 1;
		text[length - 1] = COMMA;
		from = end + 1;
	}
	return text?.subarray(0, length) ?? null;
};
