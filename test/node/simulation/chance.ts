import { seededNumbers } from "../budgets/event-queue.ts";

/** Everything that a world leaves to chance, out of one seed: the same seed is the same world, to the last id. */
export class Chance {
	readonly #next: () => number;

	constructor(seed: number) {
		this.#next = seededNumbers(seed);
	}

	/** A whole number from 0 to below `below`. */
	int(below: number): number {
		return Math.floor(this.#next() * below);
	}

	between(least: number, most: number): number {
		return least + this.int(most - least + 1);
	}

	/** @param part of one */
	isIn(part: number): boolean {
		return this.#next() < part;
	}

	/** @throws when there is nothing to pick from: a bug of the simulation */
	pick<Item>(items: readonly Item[]): Item {
		const item = this.maybe(items);
		if (item === undefined) throw new Error("Picking one: there are none");
		return item;
	}

	/** Undefined where there is nothing to pick from. */
	maybe<Item>(items: readonly Item[]): Item | undefined {
		return items[this.int(items.length)];
	}

	fill(bytes: Uint8Array): void {
		for (let index = 0; index < bytes.length; index += 1) bytes[index] = this.int(256);
	}
}
