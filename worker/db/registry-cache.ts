import { LIMITS } from "../../contract/limits.ts";

interface Entry<Row> {
	readonly row: Row;
	readonly readAtMs: number;
}

/**
 * Rows of the registry in this isolate's memory, for at most `ttlMs` from the moment their reading began: that is how late a change made elsewhere
 * is seen. A change made here is followed by `forget`, after its commit: from then on no earlier reading is answered or kept.
 * A row that was not found is never kept, so that strangers cannot fill the cache and a new row is seen at once.
 */
export class RegistryCache<Row> {
	readonly #entries = new Map<string, Entry<Row>>();
	readonly #ttlMs: number;
	readonly #maxEntries: number;
	readonly #now: () => number;
	/** Rises with each change; what was read in an earlier generation is not kept. */
	#generation = 0;

	constructor(options: { ttlMs?: number; maxEntries?: number; now?: () => number } = {}) {
		this.#ttlMs = options.ttlMs ?? LIMITS.cacheMs;
		this.#maxEntries = options.maxEntries ?? LIMITS.cacheEntries;
		this.#now = options.now ?? (() => Date.now());
	}

	/** The kept row, or what `load` reads. An error of `load` goes to the caller and nothing is kept. */
	async get(key: string, load: () => Promise<Row | null>): Promise<Row | null> {
		const readAtMs = this.#now();
		const entry = this.#entries.get(key);
		// A clock that went back makes an entry's age negative: then nobody knows how old it is.
		if (entry && readAtMs >= entry.readAtMs && readAtMs - entry.readAtMs < this.#ttlMs) return entry.row;
		const generation = this.#generation;
		const row = await load();
		if (generation === this.#generation) this.#keep(key, row, readAtMs);
		return row;
	}

	/** To be called after the change of the row was committed, before it is answered. */
	forget(key: string): void {
		this.#generation += 1;
		this.#entries.delete(key);
	}

	/** `forget` for every row. */
	forgetAll(): void {
		this.#generation += 1;
		this.#entries.clear();
	}

	#keep(key: string, row: Row | null, readAtMs: number): void {
		this.#entries.delete(key);
		if (row === null) return;
		const [oldest] = this.#entries.keys();
		if (this.#entries.size >= this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest);
		this.#entries.set(key, { row, readAtMs });
	}
}
