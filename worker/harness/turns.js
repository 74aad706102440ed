/** How many calls of a run are under way at once. */
import { create, PromiseConstructor } from "./primordials.js";

/**
 * Turns of the calls under way: so many at once, the others wait in order. Without it a `Promise.all` over many calls would be refused by the host, which
 * bounds them too.
 * @param {number} most
 */
export const createTurns = (most) => {
	let free = most;
	let head = 0;
	let tail = 0;
	/** @type {Record<number, () => void>} */
	const waiting = create(null);
	return {
		/** @returns {Promise<void> | undefined} */
		take: () => {
			if (free > 0) {
				free -= 1;
				return undefined;
			}
			return new PromiseConstructor((resolve) => {
				waiting[tail] = resolve;
				tail += 1;
			});
		},
		giveBack: () => {
			const next = waiting[head];
			if (next === undefined) {
				free += 1;
				return;
			}
			delete waiting[head];
			head += 1;
			next();
		},
	};
};
