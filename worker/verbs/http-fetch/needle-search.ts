/** A sequence of codes to search in: bytes or UTF-16 code units. */
export type Codes = Uint8Array | Uint16Array;

/** Texts to look for, made ready once. */
export interface Needles {
	/** What follows the start, by code: the first codes of all needles. */
	readonly first: Int32Array;
	/** 1 where some needle begins with two codes, the first of them counted by 256: most places of a text end there. */
	readonly pairs: Uint8Array;
	/** Of each state the code that leads into it, its first follower, and the next follower of the same state; 0 for none. */
	readonly code: Uint8Array;
	readonly child: Int32Array;
	readonly sibling: Int32Array;
	/** Of each state the state of its longest end that also begins a needle. */
	readonly fallback: Int32Array;
	/** Of each state how many codes lead to it. */
	readonly depth: Int32Array;
	/** Of each state the length of the longest needle that ends there, or 0. */
	readonly length: Int32Array;
}

const ALPHABET = 256;

/**
 * Aho and Corasick's automaton. Its followers are lists, at most as long as there are needles, so that building takes the time of the needles' length.
 * @param texts at least two characters each, ASCII: their code units are their bytes too.
 */
export const makeNeedles = (texts: readonly string[]): Needles => {
	const states = texts.reduce((sum, text) => sum + text.length, 1);
	const needles = {
		first: new Int32Array(ALPHABET),
		pairs: new Uint8Array(ALPHABET * ALPHABET),
		code: new Uint8Array(states),
		child: new Int32Array(states),
		sibling: new Int32Array(states),
		fallback: new Int32Array(states),
		depth: new Int32Array(states),
		length: new Int32Array(states),
	};
	let used = 1;
	for (const text of texts) {
		let state = 0;
		for (let at = 0; at < text.length; at += 1) {
			const code = text.charCodeAt(at);
			let next = followerOf(needles, state, code);
			if (next === 0) {
				next = used;
				used += 1;
				needles.code[next] = code;
				needles.depth[next] = at + 1;
				if (state === 0) needles.first[code] = next;
				needles.sibling[next] = needles.child[state] ?? 0;
				needles.child[state] = next;
			}
			state = next;
		}
		needles.length[state] = text.length;
		needles.pairs[text.charCodeAt(0) * ALPHABET + text.charCodeAt(1)] = 1;
	}
	linkFallbacks(needles, used);
	return needles;
};

/** Breadth first, so that a state's fallback is ready before its followers'. */
const linkFallbacks = (needles: Needles, states: number): void => {
	const queue = new Int32Array(states);
	let end = 1;
	for (let at = 0; at < end; at += 1) {
		const state = queue[at] ?? 0;
		for (let next = needles.child[state] ?? 0; next !== 0; next = needles.sibling[next] ?? 0) {
			queue[end] = next;
			end += 1;
			const fallback = state === 0 ? 0 : step(needles, needles.fallback[state] ?? 0, needles.code[next] ?? 0);
			needles.fallback[next] = fallback;
			if ((needles.length[next] ?? 0) === 0) needles.length[next] = needles.length[fallback] ?? 0;
		}
	}
};

const followerOf = (needles: Needles, state: number, code: number): number => {
	if (state === 0) return needles.first[code] ?? 0;
	let next = needles.child[state] ?? 0;
	while (next !== 0 && needles.code[next] !== code) next = needles.sibling[next] ?? 0;
	return next;
};

const step = (needles: Needles, from: number, code: number): number => {
	let state = from;
	for (;;) {
		const next = followerOf(needles, state, code);
		if (next !== 0 || state === 0) return next;
		state = needles.fallback[state] ?? 0;
	}
};

/** A search that goes on over the parts of a whole. */
export interface NeedleSearch {
	/** Searches the next part. Calls `found` with each stretch that ends in it, in the order of their ends; stretches may overlap. */
	next(codes: Codes, found: (from: number, to: number) => void): void;
	/** Where a needle that is not over yet may have begun: before it nothing can be found any more. */
	open(): number;
}

/** Each code is looked at once, and the automaton goes back at most as often as it went on: linear, whatever both hold, since the far side writes one of them and knows the other. */
export const startSearch = (needles: Needles): NeedleSearch => {
	let state = 0;
	let before = 0;
	const { first, pairs } = needles;
	return {
		next: (codes, found) => {
			let next = codes.length === 0 ? 0 : (codes[0] ?? 0);
			for (let at = 0; at < codes.length; at += 1) {
				const code = next;
				const isLast = at + 1 === codes.length;
				next = isLast ? 0 : (codes[at + 1] ?? 0);
				if (state === 0 && !isLast && pairs[code * ALPHABET + next] !== 1) continue;
				state = state === 0 ? (first[code] ?? 0) : step(needles, state, code);
				if (state === 0) continue;
				const length = needles.length[state] ?? 0;
				if (length !== 0) found(before + at + 1 - length, before + at + 1);
			}
			before += codes.length;
		},
		open: () => before - (needles.depth[state] ?? 0),
	};
};
