/** A sequence of codes to look for: bytes or UTF-16 code units, made ready once. */
export interface Needle {
	readonly codes: Codes;
	/** At each length of a match begun, the length of its longest proper prefix that is also its end. */
	readonly fallbacks: Int32Array;
}

export type Codes = Uint8Array | Uint16Array;

/** The code units of a text. */
export const codesOf = (text: string): Uint16Array => {
	const codes = new Uint16Array(text.length);
	for (let at = 0; at < text.length; at += 1) codes[at] = text.charCodeAt(at);
	return codes;
};

/** @param text at least one character, ASCII: its code units are its bytes too. */
export const makeNeedle = (text: string): Needle => {
	const codes = codesOf(text);
	const fallbacks = new Int32Array(codes.length + 1);
	let matched = 0;
	for (let at = 1; at < codes.length; at += 1) {
		while (matched > 0 && codes[at] !== codes[matched]) matched = fallbacks[matched] ?? 0;
		if (codes[at] === codes[matched]) matched += 1;
		fallbacks[at + 1] = matched;
	}
	return { codes, fallbacks };
};

/**
 * Where a needle begins, leftmost first, without overlaps. Knuth, Morris and Pratt's search: at most three comparisons a code, taken together, whatever both hold,
 * since the far side writes one of them and knows the other.
 */
export const findNeedle = (codes: Codes, needle: Needle): readonly number[] => {
	const { codes: wanted, fallbacks } = needle;
	const found: number[] = [];
	let matched = 0;
	for (let at = 0; at < codes.length; at += 1) {
		const code = codes[at];
		while (matched > 0 && code !== wanted[matched]) matched = fallbacks[matched] ?? 0;
		if (code === wanted[matched]) matched += 1;
		if (matched < wanted.length) continue;
		found.push(at + 1 - matched);
		matched = 0;
	}
	return found;
};
