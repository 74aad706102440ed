/** What a bucket holds at most, and how fast it fills. */
export interface BucketRate {
	readonly capacity: number;
	readonly perSecond: number;
}

interface Bucket {
	tokens: number;
	atMs: number;
}

/**
 * Token buckets by name. A bucket that is not there is full, so that forgetting one that has rested loses nothing; the one longest untouched is
 * forgotten when there are too many. In any stretch of time no more is taken from one than its capacity and what has flowed in meanwhile: there is no edge
 * of a window at which twice as much would pass.
 */
export class TokenBuckets {
	readonly rate: BucketRate;
	readonly #most: number;
	/** The one longest untouched first. */
	readonly #buckets = new Map<string, Bucket>();

	constructor(rate: BucketRate, most: number) {
		this.rate = rate;
		this.#most = most;
	}

	get size(): number {
		return this.#buckets.size;
	}

	/** Tokens there are, a fraction too. */
	left(name: string, nowMs: number): number {
		const bucket = this.#buckets.get(name);
		if (bucket === undefined) return this.rate.capacity;
		// A clock that was set back lets nothing flow in, and nothing out.
		const flowed = (Math.max(0, nowMs - bucket.atMs) / 1_000) * this.rate.perSecond;
		return Math.min(this.rate.capacity, bucket.tokens + flowed);
	}

	/** Takes one, which the caller has seen to be there. */
	take(name: string, nowMs: number): void {
		const tokens = this.left(name, nowMs) - 1;
		this.#buckets.delete(name);
		this.#buckets.set(name, { tokens, atMs: nowMs });
		if (this.#buckets.size <= this.#most) return;
		const [oldest] = this.#buckets.keys();
		if (oldest !== undefined) this.#buckets.delete(oldest);
	}

	/** Whole seconds until there is one; 0 when there is. */
	secondsToNext(name: string, nowMs: number): number {
		return Math.ceil(Math.max(0, 1 - this.left(name, nowMs)) / this.rate.perSecond);
	}

	/** Whole seconds until it is full. */
	secondsToFull(name: string, nowMs: number): number {
		return Math.ceil((this.rate.capacity - this.left(name, nowMs)) / this.rate.perSecond);
	}
}
