import { LIMITS } from "../../contract/limits.ts";

const [PERCENT, BACKSLASH, AMPERSAND, HASH, SEMICOLON, OPEN, CLOSE] = [0x25, 0x5c, 0x26, 0x23, 0x3b, 0x7b, 0x7d];
const [SMALL_U, SMALL_X, LARGE_X] = [0x75, 0x78, 0x58];
/** Digits of the longest code, as `&#x10FFFF;`. */
const MOST_DIGITS = 8;

/** Value of a hex digit, or -1. */
const hexValue = (code: number): number => {
	if (code >= 0x30 && code <= 0x39) return code - 0x30;
	const letter = code | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
};

/**
 * Bytes with their escapes undone: `%41`, `\u0041`, `\u{41}`, `\x41`, `&#65;`, `&#x41;`, also within each other as often as LIMITS.escapesWithin. What is none stays
 * as it is, and where there are none the same bytes come back; a code past a byte becomes one byte of it, since nobody looks for it.
 */
export const undoEscapes = (bytes: Uint8Array): Uint8Array => {
	let now = bytes;
	for (let times = 0; times < LIMITS.escapesWithin; times += 1) {
		const next = hasEscape(now) ? undoOnce(now) : now;
		if (next.length === now.length) return now;
		now = next;
	}
	return now;
};

const hasEscape = (bytes: Uint8Array): boolean => bytes.includes(PERCENT) || bytes.includes(BACKSLASH) || bytes.includes(AMPERSAND);

/** One walk: each escape is read at most once, and has a bounded length. */
const undoOnce = (bytes: Uint8Array): Uint8Array => {
	const undone = new Uint8Array(bytes.length);
	let [at, length] = [0, 0];
	while (at < bytes.length) {
		const code = bytes[at] ?? 0;
		const found = code === PERCENT || code === BACKSLASH || code === AMPERSAND ? readEscape(bytes, at) : null;
		undone[length] = found?.code ?? code;
		length += 1;
		at += found?.length ?? 1;
	}
	return undone.subarray(0, length);
};

interface Escape {
	readonly code: number;
	readonly length: number;
}

const readEscape = (bytes: Uint8Array, at: number): Escape | null => {
	const [first, second, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
	if (first === PERCENT) return fixed(bytes, at + 1, 2, 1);
	if (first === BACKSLASH && second === SMALL_X) return fixed(bytes, at + 2, 2, 2);
	if (first === BACKSLASH && second === SMALL_U)
		return third === OPEN ? closed(bytes, at, { from: at + 3, base: 16, end: CLOSE }) : fixed(bytes, at + 2, 4, 2);
	if (first !== AMPERSAND || second !== HASH) return null;
	const isHex = third === SMALL_X || third === LARGE_X;
	return closed(bytes, at, { from: isHex ? at + 3 : at + 2, base: isHex ? 16 : 10, end: SEMICOLON });
};

const fixed = (bytes: Uint8Array, from: number, digits: number, before: number): Escape | null => {
	let code = 0;
	for (let at = from; at < from + digits; at += 1) {
		const value = at < bytes.length ? hexValue(bytes[at] ?? 0) : -1;
		if (value < 0) return null;
		code = code * 16 + value;
	}
	return { code, length: before + digits };
};

const closed = (bytes: Uint8Array, at: number, { from, base, end }: { from: number; base: number; end: number }): Escape | null => {
	let code = 0;
	for (let next = from; next < Math.min(bytes.length, from + MOST_DIGITS + 1); next += 1) {
		if (bytes[next] === end) return next === from ? null : { code, length: next + 1 - at };
		const value = hexValue(bytes[next] ?? 0);
		if (value < 0 || value >= base) return null;
		code = code * base + value;
	}
	return null;
};
