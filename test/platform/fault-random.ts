/** Numbers that come again with the same seed: FAULT_SEED, or a new one at each start. */
export interface SeededRandom {
	readonly seed: number;
	/** A whole number from 0 up to, but not including, `most`. */
	below(most: number): number;
}

/** mulberry32: one word of state, good enough to choose whom to kill and when. */
export const startRandom = (): SeededRandom => {
	const seed = Number(process.env["FAULT_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
	let state = seed;
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return { seed, below: (most) => Math.floor(next() * most) };
};
