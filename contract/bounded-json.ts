import { LIMITS } from "./limits.ts";

/** What came of reading JSON from outside. */
export type BoundedJson = { kind: "value"; value: unknown } | { kind: "refused"; why: string };

/**
 * Reads JSON text within bounds of depth and nodes, both counted in one pass over the text before anything is built, so that neither the parser
 * nor what walks the value later can be driven into a stack overflow.
 * Duplicate keys: the last one wins (RFC 8259 §4 leaves it open). `__proto__` becomes an own property, as JSON.parse makes it; schemas refuse it.
 */
export const readBoundedJson = (text: string, bounds: { depth?: number; nodes?: number } = {}): BoundedJson => {
	const counted = countJson(text, bounds.depth ?? LIMITS.jsonDepth, bounds.nodes ?? LIMITS.jsonNodes);
	if (counted !== null) return { kind: "refused", why: counted };
	try {
		return { kind: "value", value: JSON.parse(text) };
	} catch {
		return { kind: "refused", why: "the text is not JSON" };
	}
};

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const countJson = (text: string, maxDepth: number, maxNodes: number): string | null => {
	let depth = 0;
	let nodes = 1;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code === QUOTE) {
			index = endOfString(text, index);
		} else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
			depth += 1;
			nodes += 1;
			if (depth > maxDepth) return `nesting is deeper than ${maxDepth}`;
		} else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
			depth -= 1;
		} else if (code === COMMA) {
			nodes += 1;
		}
		if (nodes > maxNodes) return `there are more than ${maxNodes} values`;
	}
	return null;
};

/** Index of the quote that closes the string opened at `start`, or the text's end. */
const endOfString = (text: string, start: number): number => {
	let index = start + 1;
	while (index < text.length) {
		const code = text.charCodeAt(index);
		if (code === BACKSLASH) index += 2;
		else if (code === QUOTE) return index;
		else index += 1;
	}
	return index;
};
