/**
 * Texts to look for, made ready once: Wu and Manber's search. Where all texts are long it looks at one place in about eight, several times as fast as an automaton
 * (verbs/http-fetch/needle-search, which says where things stand): arguments of a megabyte are searched as they are and as ten things that they may encode.
 */
export interface Pieces {
	/** Bytes of the shortest. */
	readonly least: number;
	/** How far the search may go on from a block of three bytes, by its hash; 0: a piece may end there. */
	readonly shifts: Uint8Array;
	/** Pieces by the hash of the block that their first `least` bytes end with. */
	readonly ending: ReadonlyMap<number, readonly Uint8Array[]>;
}

const BLOCK = 3;
const HASHES = 32_768;
const ENCODER = new TextEncoder();

const hashAt = (bytes: Uint8Array, at: number): number =>
	(((bytes[at] ?? 0) & 31) << 10) | (((bytes[at + 1] ?? 0) & 31) << 5) | ((bytes[at + 2] ?? 0) & 31);

/** @param texts letters and digits of ASCII, at least 10 of them each */
export const makePieces = (texts: readonly string[]): Pieces => {
	const pieces = texts.map((text) => ENCODER.encode(text));
	const least = Math.min(255, ...pieces.map(({ length }) => length));
	const shifts = new Uint8Array(HASHES).fill(least - BLOCK + 1);
	const ending = new Map<number, Uint8Array[]>();
	for (const piece of pieces) {
		for (let at = 0; at + BLOCK <= least; at += 1) {
			const hash = hashAt(piece, at);
			shifts[hash] = Math.min(shifts[hash] ?? 0, least - BLOCK - at);
		}
		const last = hashAt(piece, least - BLOCK);
		const others = ending.get(last);
		if (others === undefined) ending.set(last, [piece]);
		else others.push(piece);
	}
	return { least, shifts, ending };
};

/** Whether a piece stands in the bytes. At each place each piece is compared at most once, and pieces are short: linear, whatever the bytes hold. */
export const hasPiece = (bytes: Uint8Array, { least, shifts, ending }: Pieces): boolean => {
	for (let at = 0; at + least <= bytes.length; ) {
		const hash = hashAt(bytes, at + least - BLOCK);
		const shift = shifts[hash] ?? 1;
		if (shift === 0 && ending.get(hash)?.some((piece) => startsAt(bytes, at, piece)) === true) return true;
		at += Math.max(1, shift);
	}
	return false;
};

const startsAt = (bytes: Uint8Array, at: number, piece: Uint8Array): boolean => {
	if (at + piece.length > bytes.length) return false;
	for (let next = 0; next < piece.length; next += 1) if (bytes[at + next] !== piece[next]) return false;
	return true;
};
