/**
 * The order in which events came to a program, as text: `2,1,t*3` is the answer of call 2, that of call 1, then three timers. Items are counted before they
 * are packed.
 */
import { create, indexOf, isInteger, min, slice, toNumber } from "./primordials.js";

/** The item of a timer; every other item is a call's place, which counts from 1. */
export const TIMER = 0;

/** @param {number} item @param {number} count */
const packed = (item, count) => `${item === TIMER ? "t" : item}${count === 1 ? "" : `*${count}`}`;

/** A whole number above zero, or 0. @param {string} text */
const countOf = (text) => {
	const count = toNumber(text);
	return isInteger(count) && count > 0 ? count : 0;
};

/**
 * One run of equal items at an offset of the text.
 * @param {string} text @param {number} offset
 * @returns {{ item: number, count: number, end: number }} `count` is 0 where the text says nothing that can be read
 */
const readPacked = (text, offset) => {
	const comma = indexOf(text, ",", offset);
	const end = comma === -1 ? text.length : comma;
	const part = slice(text, offset, end);
	const star = indexOf(part, "*");
	const name = star === -1 ? part : slice(part, 0, star);
	const count = star === -1 ? 1 : countOf(slice(part, star + 1));
	const item = name === "t" ? TIMER : countOf(name);
	return { item, count: name === "t" || item > 0 ? count : 0, end: end + 1 };
};

/**
 * What was recorded, item by item.
 * @param {string} text
 * @returns {{ total: number, next: () => number | null, take: () => void, stop: () => void }} `next` is null when there is no more; `stop` drops the rest
 */
export const createReader = (text) => {
	let total = 0;
	for (let offset = 0; offset < text.length; ) {
		const { count, end } = readPacked(text, offset);
		total += count;
		offset = count === 0 ? text.length : end;
	}
	let left = total;
	let offset = 0;
	let item = TIMER;
	let count = 0;
	return {
		total,
		next: () => {
			if (left === 0) return null;
			if (count === 0) {
				const read = readPacked(text, offset);
				item = read.item;
				count = read.count;
				offset = read.end;
			}
			return item;
		},
		take: () => {
			count -= 1;
			left -= 1;
		},
		stop: () => {
			left = 0;
		},
	};
};

/**
 * Keeps the choices that the host may not have yet.
 * @param {number} maxChars of their text; with more, nothing is kept any more
 * @param {number} recorded how many the host had at the start
 * @returns {{ add: (item: number) => void, total: () => number, confirm: (total: number) => void, depart: () => void, text: () => string }}
 *   `confirm`: the host has the first `total`; `depart`: what it has beyond those made is void; `text` is `${from} ${choices}`, or `${from} !` when they were too many
 */
export const createRecorder = (maxChars, recorded) => {
	/** @type {Record<number, { item: number, count: number }>} */
	const runs = create(null);
	let head = 0;
	let tail = 0;
	let total = 0;
	let from = recorded;
	let chars = 0;
	let isFull = false;

	/** @param {{ item: number, count: number }} run @param {number} count */
	const setCount = (run, count) => {
		chars += packed(run.item, count).length - packed(run.item, run.count).length;
		run.count = count;
	};
	return {
		add: (item) => {
			total += 1;
			if (total <= from || isFull) return;
			const last = runs[tail - 1];
			if (tail > head && last !== undefined && last.item === item) setCount(last, last.count + 1);
			else {
				runs[tail] = { item, count: 1 };
				tail += 1;
				chars += packed(item, 1).length + 1;
			}
			if (chars <= maxChars + 1) return;
			isFull = true;
			for (; head < tail; head += 1) delete runs[head];
		},
		total: () => total,
		confirm: (known) => {
			while (from < known) {
				const first = runs[head];
				const dropped = first === undefined || isFull ? known - from : min(first.count, known - from);
				from += dropped;
				if (first === undefined || isFull) continue;
				if (dropped < first.count) setCount(first, first.count - dropped);
				else {
					chars -= packed(first.item, first.count).length + 1;
					delete runs[head];
					head += 1;
				}
			}
		},
		depart: () => {
			if (from > total) from = total;
		},
		text: () => {
			if (isFull) return `${from} !`;
			let text = "";
			for (let index = head; index < tail; index += 1) {
				const { item, count } = runs[index] ?? { item: TIMER, count: 0 };
				text += (index === head ? "" : ",") + packed(item, count);
			}
			return `${from} ${text}`;
		},
	};
};
