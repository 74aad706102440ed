import { LIMITS } from "../../contract/limits.ts";
import { textIn } from "./text-in.ts";
import { someDecoding } from "./undo-encodings.ts";
import { undoEscapes } from "./undo-escapes.ts";

/** Shortest stretch of text that is read as encoded once more, bytes: ten bytes as base64 are longer. */
const LEAST_TEXT = 13;

/**
 * Looks at bytes as they are, with their escapes undone, and as what they are if they are encoded, from the front or from the back, also within each other: LIMITS.encodingsWithin deep, and as
 * deep as LIMITS.decodedBytes go beyond the outermost. Linear in what is given.
 * @param isFound is given bytes that may be overwritten afterwards
 * @returns whether it said so of one of them
 */
export const someView = (bytes: Uint8Array, isFound: (view: Uint8Array) => boolean): boolean => {
	if (isFound(bytes)) return true;
	let left: number = LIMITS.decodedBytes;
	// An encoded text may have been turned round as well; what is plain is sought both ways by whoever asks.
	let sources = [bytes, Uint8Array.from(bytes).reverse()];
	for (let depth = 1; depth <= LIMITS.encodingsWithin && sources.length > 0; depth += 1) {
		const next: Uint8Array[] = [];
		const look = (view: Uint8Array): boolean => {
			if (isFound(view)) return true;
			const text = depth < LIMITS.encodingsWithin ? textIn(view, LEAST_TEXT) : null;
			left -= text?.length ?? 0;
			if (text !== null && left >= 0) next.push(text);
			return false;
		};
		for (const source of sources) {
			const plain = undoEscapes(source);
			if ((plain !== source && isFound(plain)) || someDecoding(plain, look)) return true;
		}
		sources = next;
	}
	return false;
};
