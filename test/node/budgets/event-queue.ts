/** What happens next in a simulation: a heap by time. */
export class EventQueue {
	readonly #heap: { atMs: number; run: (atMs: number) => void }[] = [];

	get size(): number {
		return this.#heap.length;
	}

	at(atMs: number, run: (atMs: number) => void): void {
		const heap = this.#heap;
		let place = heap.push({ atMs, run }) - 1;
		while (place > 0) {
			const above = (place - 1) >> 1;
			if (!this.#swapIfLater(above, place)) return;
			place = above;
		}
	}

	/** Runs what is first. False: nothing is left. */
	next(): boolean {
		const heap = this.#heap;
		const first = heap[0];
		const last = heap.pop();
		if (first === undefined || last === undefined) return false;
		if (heap.length > 0) {
			heap[0] = last;
			this.#sink();
		}
		first.run(first.atMs);
		return true;
	}

	#sink(): void {
		let place = 0;
		for (;;) {
			const [left, right] = [2 * place + 1, 2 * place + 2];
			const lesser = this.#timeAt(right) < this.#timeAt(left) ? right : left;
			if (!this.#swapIfLater(place, lesser)) return;
			place = lesser;
		}
	}

	#timeAt(place: number): number {
		return this.#heap[place]?.atMs ?? Number.POSITIVE_INFINITY;
	}

	#swapIfLater(above: number, below: number): boolean {
		const [upper, lower] = [this.#heap[above], this.#heap[below]];
		if (upper === undefined || lower === undefined || upper.atMs <= lower.atMs) return false;
		this.#heap[above] = lower;
		this.#heap[below] = upper;
		return true;
	}
}

/** Numbers from 0 to below 1 that a seed determines (mulberry32). */
export const seededNumbers = (seed: number): (() => number) => {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
};
