/** The characters of a text in UTF-8, asked for by their bytes. What is not UTF-8 is taken as SQLite takes it: a lead byte and what continues it. */
export class CharacterSet {
	readonly #single = new Uint8Array(256);
	readonly #longer = new Set<string>();

	constructor(text: Uint8Array) {
		for (let at = 0; at < text.length; ) {
			const end = characterEnd(text, at);
			if (end - at === 1) this.#single[text[at] ?? 0] = 1;
			else this.#longer.add(keyOf(text, at, end));
			at = end;
		}
	}

	/** Whether the bytes from `start` to `end`, one character, are in it. */
	has(text: Uint8Array, start: number, end: number): boolean {
		return end - start === 1 ? this.#single[text[start] ?? 0] === 1 : this.#longer.size > 0 && this.#longer.has(keyOf(text, start, end));
	}
}

export const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Where the character that begins at an offset ends. */
export const characterEnd = (text: Uint8Array, start: number): number => {
	let end = start + 1;
	if ((text[start] ?? 0) >= 0xc0) while (continues(text[end])) end += 1;
	return end;
};

/** Where the character that ends at an offset begins. */
export const characterStart = (text: Uint8Array, end: number): number => {
	let start = end - 1;
	while (start > 0 && continues(text[start])) start -= 1;
	return (text[start] ?? 0) >= 0xc0 ? start : end - 1;
};

const LONGEST_CHARACTER = 4;

/** A character of more bytes than UTF-8 has is none, and equal to no other. */
const keyOf = (text: Uint8Array, start: number, end: number): string =>
	end - start > LONGEST_CHARACTER ? "" : String.fromCharCode(...text.subarray(start, end));
