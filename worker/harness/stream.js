/** An answer that comes in parts, as the program sees it: an async iterable with the call's value as `result` beside it. */
import { create, defineProperty, freeze, PromiseConstructor, setOwn } from "./primordials.js";

const asyncIterator = Symbol.asyncIterator;

/**
 * @typedef {import("./timeline.js").Frame} Frame
 * @typedef {{ done: boolean, value: unknown }} Step
 */

/**
 * @param {object} source
 * @param {() => Promise<Frame | null>} source.next the next frame; null when the program has left. Asked for one at a time, and not after the answer
 * @param {() => void} source.leave the program wants no more; called once at most
 * @param {(value: string) => unknown} source.decode of an encoded value
 * @param {(frame: Frame) => Error} source.toError of an answer that is an error
 * @param {() => Error} source.inUse what `result` throws while the parts are read
 */
export const createStream = ({ next, leave, decode, toError, inUse }) => {
	let isRead = false;
	/** How it ended. @type {{ step: Step, error: Error | null } | null} */
	let last = null;
	/** @type {Promise<void> | undefined} */
	let turn;

	/** @param {Step} ended @param {Error | null} error */
	const finish = (ended, error) => {
		const made = create(null);
		made.step = ended;
		made.error = error;
		last = made;
	};
	/** @returns {Promise<Step>} */
	const pullNext = async () => {
		if (last === null) {
			const frame = await next();
			if (frame === null) finish(step(true, undefined), null);
			else if (frame.kind === "part") return step(false, decode(frame.value));
			else if (frame.kind === "value") finish(step(true, decode(frame.value)), null);
			else finish(step(true, undefined), toError(frame));
		}
		if (last?.error) throw last.error;
		return last?.step ?? step(true, undefined);
	};
	/** One at a time, in the order in which the program asks. @returns {Promise<Step>} */
	const pull = async () => {
		const before = turn;
		let passOn = () => undefined;
		turn = new PromiseConstructor((resolve) => {
			passOn = /** @type {any} */ (resolve);
		});
		if (before !== undefined) await before;
		try {
			return await pullNext();
		} finally {
			passOn();
		}
	};

	const iterator = create(null);
	setOwn(iterator, "next", async () => {
		const { done, value } = await pull();
		return step(done, done ? undefined : value);
	});
	setOwn(iterator, "return", async () => {
		if (last === null) {
			finish(step(true, undefined), null);
			leave();
		}
		return step(true, undefined);
	});

	const stream = create(null);
	setOwn(stream, asyncIterator, () => {
		isRead = true;
		return iterator;
	});
	const property = create(null);
	/** The call's value. Where nobody reads the parts, they are passed over. */
	property.get = async () => {
		if (isRead && last === null) throw inUse();
		for (;;) {
			const { done, value } = await pull();
			if (done) return value;
		}
	};
	property.enumerable = true;
	defineProperty(stream, "result", property);
	return freeze(stream);
};

/** @param {boolean} done @param {unknown} value @returns {Step} */
const step = (done, value) => {
	const made = create(null);
	made.done = done;
	made.value = value;
	return made;
};
