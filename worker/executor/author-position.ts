/** A place in a text; both count from 1. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** What ends a line in JavaScript (ECMA-262 §12.3). */
export const LINE_END = /\r\n|[\n\r\u2028\u2029]/;
const TOKEN = /[\p{ID_Start}\p{N}_$][\p{ID_Continue}$\u200c\u200d]*|\S/gu;
/** Longest line that is aligned; in a longer one columns are taken as they are. */
const LINE_CHARS = 2_000;
/** How far ahead a word is looked for in the author's line. With the line's length it bounds the work: the host does it on text that a program wrote. */
const LOOK_AHEAD = 64;

interface Token {
	readonly text: string;
	readonly start: number;
}

/** A word of the stripped line, and where it stands in the author's; both count from 0. */
interface Aligned {
	readonly stripped: number;
	readonly written: number;
}

/**
 * Finds places of the stripped code in the author's text. Stripping keeps every line and takes words out of it, so the words that are left stand in the
 * author's line in the same order. Each line is aligned once.
 * @param source the author's text, or null when no column moved
 */
export const createAuthorPositions = (code: string, source: string | null): ((line: number, column: number) => Position) => {
	if (source === null) return (line, column) => ({ line, column });
	const codeLines = code.split(LINE_END);
	const sourceLines = source.split(LINE_END);
	const aligned = new Map<number, readonly Aligned[]>();
	return (line, column) => {
		const [stripped, written] = [codeLines[line - 1], sourceLines[line - 1]];
		if (stripped === undefined || written === undefined || stripped === written) return { line, column };
		const words = aligned.get(line) ?? alignLine(stripped, written);
		aligned.set(line, words);
		const word = words.findLast(({ stripped: start }) => start <= column - 1);
		return { line, column: word === undefined ? column : word.written + column - word.stripped };
	};
};

const tokensOf = (line: string): Token[] => [...line.matchAll(TOKEN)].map((match) => ({ text: match[0], start: match.index }));

const alignLine = (stripped: string, written: string): Aligned[] => {
	if (stripped.length > LINE_CHARS || written.length > LINE_CHARS) return [];
	const left = tokensOf(stripped);
	const authors = tokensOf(written);
	const words: Aligned[] = [];
	let next = 0;
	for (const [index, token] of left.entries()) {
		const place = findToken(authors, next, left, index);
		if (place === null) continue;
		next = place + 1;
		words.push({ stripped: token.start, written: authors[place]?.start ?? 0 });
	}
	return words;
};

/** The next place of a word in the author's line: the first that has the same neighbour before or behind it, else the first. */
const findToken = (authors: readonly Token[], from: number, left: readonly Token[], index: number): number | null => {
	const text = left[index]?.text;
	let first: number | null = null;
	for (let place = from; place < Math.min(authors.length, from + LOOK_AHEAD); place += 1) {
		if (authors[place]?.text !== text) continue;
		first ??= place;
		const before = authors[place - 1]?.text === left[index - 1]?.text;
		const behind = authors[place + 1]?.text === left[index + 1]?.text;
		if (before || behind) return place;
	}
	return first;
};
