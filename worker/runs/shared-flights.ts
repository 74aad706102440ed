/** How often one asker waits for another's work that comes to nothing, before it does the work whatever the others do. */
const MOST_WAITS = 3;

/**
 * Work that is under way, by key: who asks for the same meanwhile waits for it and does not do it as well. A failure is its own asker's alone; of those that waited
 * for it, one does the work. Work that ends never (its asker was cut off, and what it waited for with it) is waited for no longer than `waitMs`.
 */
export class SharedFlights<Done> {
	readonly #flights = new Map<string, Promise<{ readonly done: Done } | null>>();
	readonly #waitMs: number;

	/** @param waitMs longest wait for another asker's work, milliseconds */
	constructor(waitMs: number) {
		this.#waitMs = waitMs;
	}

	/** What the work gives, done here or for another asker. @throws what this asker's own work throws */
	async get(key: string, work: () => Promise<Done>): Promise<Done> {
		for (let waits = 0; waits < MOST_WAITS; waits += 1) {
			const flight = this.#flights.get(key);
			if (flight === undefined) break;
			const shared = await within(flight, this.#waitMs);
			if (shared !== null) return shared.done;
			// The first that comes by takes it away, and does the work at once: the others find that.
			if (this.#flights.get(key) === flight) this.#flights.delete(key);
		}
		return this.#fly(key, work);
	}

	async #fly(key: string, work: () => Promise<Done>): Promise<Done> {
		const answer = work();
		const flight = answer.then(
			(done) => ({ done }),
			() => null,
		);
		this.#flights.set(key, flight);
		try {
			return await answer;
		} finally {
			if (this.#flights.get(key) === flight) this.#flights.delete(key);
		}
	}
}

/** What a promise gives, or null when it does not within a time. */
const within = async <Done>(promise: Promise<Done>, ms: number): Promise<Done | null> => {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const over = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	try {
		return await Promise.race([promise, over]);
	} finally {
		clearTimeout(timer);
	}
};
