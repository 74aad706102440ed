import { LIMITS } from "../../contract/limits.ts";

interface Sent {
	readonly at: string;
	readonly bytes: Uint8Array;
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
	one.length === other.length && one.every((byte, index) => byte === other[index]);

/**
 * What the last calls of runs have sent, so that what goes out piece by piece is seen whole: of calls of one run through one method, all that they have in common
 * at their beginnings and at their ends is their frame, and what stands between is one piece each. In memory alone, bounded: it ends with the object's life.
 */
export class SentPieces {
	/** By run and method; the one that was used last stands last. */
	readonly #streams = new Map<string, Sent[]>();

	/** Adds a call's bytes; one that comes again from the same place is the same one. @returns the pieces of the last calls, one after the other; null where there are no two calls yet */
	add(stream: string, at: string, bytes: Uint8Array): Uint8Array | null {
		if (bytes.length > LIMITS.sentBytes) return null;
		const sent = this.#streams.get(stream) ?? [];
		this.#streams.delete(stream);
		const last = sent.at(-1);
		if (last?.at !== at || !isSame(last.bytes, bytes)) sent.push({ at, bytes: bytes.slice() });
		if (sent.length > LIMITS.sentCalls) sent.shift();
		const [oldest] = this.#streams.keys();
		if (this.#streams.size >= LIMITS.sentStreams && oldest !== undefined) this.#streams.delete(oldest);
		this.#streams.set(stream, sent);
		return sent.length < 2 ? null : piecesOf(sent.map((each) => each.bytes));
	}
}

const piecesOf = (sent: readonly Uint8Array[]): Uint8Array => {
	const first = sent[0] ?? new Uint8Array(0);
	const shortest = Math.min(...sent.map(({ length }) => length));
	let [before, after] = [shortest, shortest];
	for (const bytes of sent) {
		before = alike(before, (at) => bytes[at] === first[at]);
		after = alike(after, (at) => bytes[bytes.length - 1 - at] === first[first.length - 1 - at]);
	}
	after = Math.min(after, shortest - before);
	const pieces = sent.map((bytes) => bytes.subarray(before, bytes.length - after));
	const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const piece of pieces) {
		all.set(piece, at);
		at += piece.length;
	}
	return all;
};

/** How many places are alike from the first on, of so many. */
const alike = (most: number, isAlike: (at: number) => boolean): number => {
	let count = 0;
	while (count < most && isAlike(count)) count += 1;
	return count;
};
