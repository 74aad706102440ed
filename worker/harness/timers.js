/** The program's timers on its own clock, earliest first, then in the order in which they were made. Whoever holds them decides when one fires. */
import { create, floor, toNumber } from "./primordials.js";

/** As the runtime's own bound: more are a mistake of the program. */
const MAX_TIMERS = 10_000;
const MAX_DELAY_MS = 2 ** 31 - 1;

/** @typedef {{ id: number, order: number, dueMs: number, delayMs: number, repeats: boolean, callback: () => void, index: number }} Timer `index` is its place in the heap */
/**
 * @typedef {{
 *   set: (callback: () => void, delay: unknown, repeats: boolean) => number,
 *   clear: (id: unknown) => void,
 *   earliest: () => Timer | null,
 *   fire: (timer: Timer) => void,
 * }} Timers
 */

/**
 * As Node takes it: at least a millisecond. The program's clock moves with its timers, so one that took no time would come before every answer for ever.
 * @param {unknown} delay @returns {number} whole milliseconds
 */
const delayOf = (delay) => {
	const delayMs = floor(toNumber(delay));
	if (!(delayMs > 0)) return 1;
	return delayMs > MAX_DELAY_MS ? 1 : delayMs;
};

/** @param {Timer} a @param {Timer} b */
const isBefore = (a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/**
 * @param {import("./clock.js").Clock} clock
 * @param {() => void} changed called when a timer was made or cleared
 * @param {() => Error} tooMany what is thrown when there are too many
 * @param {{ last: number }} ids the last that was given in the isolate: a number that a program kept of an earlier run is no timer of this one
 * @returns {Timers}
 */
export const createTimers = (clock, changed, tooMany, ids) => {
	/** @type {Record<number, Timer>} */
	const heap = create(null);
	/** @type {Record<number, Timer>} */
	const byId = create(null);
	let count = 0;
	let lastOrder = 0;

	/** @param {Timer} timer @param {number} index */
	const put = (timer, index) => {
		heap[index] = timer;
		timer.index = index;
	};
	/** Brings a timer to its place, from where it stands. @param {Timer} timer */
	const sift = (timer) => {
		let index = timer.index;
		for (let parent = heap[(index - 1) >> 1]; index > 0 && parent !== undefined && isBefore(timer, parent); ) {
			const above = parent.index;
			put(parent, index);
			index = above;
			parent = heap[(index - 1) >> 1];
		}
		for (;;) {
			const left = heap[index * 2 + 1];
			const right = heap[index * 2 + 2];
			const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
			if (child === undefined || isBefore(timer, child)) break;
			const below = child.index;
			put(child, index);
			index = below;
		}
		put(timer, index);
	};
	/** @param {Timer} timer */
	const add = (timer) => {
		lastOrder += 1;
		timer.order = lastOrder;
		timer.dueMs = clock.now() + timer.delayMs;
		byId[timer.id] = timer;
		put(timer, count);
		count += 1;
		sift(timer);
	};
	/** @param {Timer} timer */
	const remove = (timer) => {
		delete byId[timer.id];
		count -= 1;
		const last = heap[count];
		delete heap[count];
		if (last === undefined || last === timer) return;
		put(last, timer.index);
		sift(last);
	};

	return {
		set: (callback, delay, repeats) => {
			const delayMs = delayOf(delay);
			if (count >= MAX_TIMERS) throw tooMany();
			ids.last += 1;
			const id = ids.last;
			add({ id, order: 0, dueMs: 0, delayMs, repeats, callback, index: 0 });
			changed();
			return id;
		},
		clear: (id) => {
			const timer = typeof id === "number" ? byId[id] : undefined;
			if (timer === undefined) return;
			remove(timer);
			changed();
		},
		earliest: () => heap[0] ?? null,
		fire: (timer) => {
			clock.advance(timer.dueMs);
			remove(timer);
			if (timer.repeats) add(timer);
			timer.callback();
		},
	};
};
