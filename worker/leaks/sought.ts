import { LIMITS } from "../../contract/limits.ts";
import { makeNeedles, type Needles, startSearch } from "../verbs/http-fetch/needle-search.ts";
import { someView } from "./decoded-views.ts";
import { hasPiece, makePieces, type Pieces } from "./find-piece.ts";
import { foldBytes, foldText } from "./fold-bytes.ts";
import { undoEscapes } from "./undo-escapes.ts";

/** Texts that are looked for in whatever leaves, made ready once. */
export interface Sought {
	/** In what is left of a text without case and punctuation; null: nothing. */
	readonly folded: Pieces | null;
	/** In the bytes as they are, for texts of which too little is left; null: nothing. */
	readonly exact: Needles | null;
}

export const NOTHING_SOUGHT: Sought = { folded: null, exact: null };

/** Fewest characters that are left of a text which is looked for without case and punctuation: fewer occur by chance. */
const LEAST_FOLDED = 10;

/**
 * Honeytokens: whoever sends a part of one has read it, since nothing else has it.
 * @param tokens letters and digits, at least LIMITS.canaryPartChars of them each
 */
export const seekCanaries = (tokens: readonly string[]): Sought => ({
	folded: orNull(
		tokens.flatMap((token) => piecesOf(foldText(token), LIMITS.canaryPartChars)),
		makePieces,
	),
	exact: null,
});

/**
 * Secrets: by either half, so that one that goes out in two pieces is found by the longer one. Of a long half its middle is looked for, since texts that are no secret
 * begin as secrets do (the head of a token, of a key file).
 * @param texts at least LIMITS.soughtSecretBytes long each
 */
export const seekSecrets = (texts: readonly string[]): Sought => {
	const folded = texts.map(foldText);
	const few = texts.filter((_, index) => (folded[index]?.length ?? 0) < LEAST_FOLDED);
	return {
		folded: orNull(folded.filter(({ length }) => length >= LEAST_FOLDED).flatMap(halvesOf), makePieces),
		exact: orNull(few.map(bytesAsText), makeNeedles),
	};
};

/** Whether any of it stands in the bytes, in any of the forms that `someView` sees. Linear in the bytes, whatever they hold. */
export const holdsSought = (bytes: Uint8Array, { folded, exact }: Sought): boolean => {
	if (folded === null && exact === null) return false;
	const scratch = new Uint8Array(bytes.length);
	return someView(
		bytes,
		(view) => (folded !== null && hasPiece(foldBytes(view, scratch), folded)) || (exact !== null && isIn(view, exact)),
	);
};

/** The same without what may be encoded in it: for content of which there may be very much. */
export const holdsPlain = (bytes: Uint8Array, sought: Sought): boolean =>
	[...new Set([bytes, undoEscapes(bytes)])].some(
		(view) => (sought.folded !== null && hasPiece(foldBytes(view), sought.folded)) || (sought.exact !== null && isIn(view, sought.exact)),
	);

const isIn = (bytes: Uint8Array, needles: Needles): boolean => {
	let isFound = false;
	startSearch(needles).next(bytes, () => {
		isFound = true;
	});
	return isFound;
};

/** Forwards, backwards, and by the cipher that moves letters thirteen places. */
const orNull = <Ready>(texts: readonly string[], make: (texts: readonly string[]) => Ready): Ready | null =>
	texts.length === 0 ? null : make([...new Set(texts.flatMap((text) => [text, [...text].reverse().join(""), turned(text)]))]);

const turned = (text: string): string =>
	text.replace(/[a-z]/gi, (letter) => {
		const [base, code] = [letter < "a" ? 65 : 97, letter.charCodeAt(0)];
		return String.fromCharCode(((code - base + 13) % 26) + base);
	});

/** Pieces of a length that together are the text, the last one ending where it does: of any stretch of twice the length one is whole. */
const piecesOf = (text: string, length: number): string[] =>
	Array.from({ length: Math.ceil(text.length / length) }, (_, index) => {
		const from = Math.min(index * length, text.length - length);
		return text.slice(from, from + length);
	});

const halvesOf = (text: string): string[] => {
	if (text.length < 2 * LEAST_FOLDED) return [text];
	const middle = Math.ceil(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)].map(middleOf);
};

const middleOf = (half: string): string => {
	const from = Math.max(0, Math.floor((half.length - LIMITS.soughtPartChars) / 2));
	return half.slice(from, from + LIMITS.soughtPartChars);
};

const ENCODER = new TextEncoder();

/** Text whose code units are the bytes of the text in UTF-8. */
const bytesAsText = (text: string): string => Array.from(ENCODER.encode(text), (byte) => String.fromCharCode(byte)).join("");
