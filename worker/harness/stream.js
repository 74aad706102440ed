/** An answer that comes in parts, as the program sees it: an async iterable with the call's value as `result` beside it. */
import { apply, create, defineProperty, freeze, indexOf, parseJson, setOwn, slice } from "./primordials.js";

const capture = () => ({
	getReader: ReadableStream.prototype.getReader,
	read: ReadableStreamDefaultReader.prototype.read,
	cancel: ReadableStreamDefaultReader.prototype.cancel,
	decode: TextDecoder.prototype.decode,
	Decoder: TextDecoder,
});
/** @type {ReturnType<typeof capture> | undefined} */
let captured;
/** The platform's objects, captured before the program is loaded when a grant of the run streams. */
export const streams = () => {
	captured ??= capture();
	return captured;
};

/**
 * @typedef {{ done: boolean, value: unknown }} Step
 * @typedef {{ kind: "part" | "value" | "error", value: string, code: string, message: string, hint: string }} Frame
 */

/**
 * Lines of JSON out of bytes, one at a time; null when there are no more.
 * @param {ReadableStream<Uint8Array>} bytes
 */
const createFrames = (bytes) => {
	const { getReader, read, cancel, decode, Decoder } = streams();
	const reader = apply(getReader, bytes, []);
	const decoder = new Decoder();
	let text = "";
	const next = async () => {
		for (;;) {
			const end = indexOf(text, "\n");
			if (end !== -1) {
				const line = slice(text, 0, end);
				text = slice(text, end + 1);
				return /** @type {Frame} */ (parseJson(line));
			}
			const { done, value } = await apply(read, reader, []);
			if (done) return null;
			text += apply(decode, decoder, [value, { __proto__: null, stream: true }]);
		}
	};
	return { next, cancel: () => apply(cancel, reader, []) };
};

/**
 * @param {() => Promise<ReadableStream<Uint8Array>>} open makes the call; called once, at once
 * @param {(value: string) => unknown} decode of an encoded value
 * @param {(frame: { code: string, message: string, hint: string }) => Error} toError of the last line, where it is an error; of an answer that was cut
 * @param {() => void} ended called once
 */
export const createStream = (open, decode, toError, ended) => {
	let over = false;
	let isRead = false;
	/** @type {Step | null} */
	let last = null;
	const end = () => {
		if (!over) ended();
		over = true;
	};
	const opening = openFrames(open);

	/** @returns {Promise<Step>} */
	const pull = async () => {
		if (last !== null) return last;
		const opened = await opening;
		if (opened.frames === null) {
			end();
			throw opened.error;
		}
		try {
			const frame = await opened.frames.next();
			if (frame !== null && frame.kind === "part") return step(false, decode(frame.value));
			end();
			if (frame === null || frame.kind !== "value") throw toError(frame ?? { code: "internal", message: "", hint: "" });
			last = step(true, decode(frame.value));
			return last;
		} catch (error) {
			end();
			throw error;
		}
	};

	const iterator = create(null);
	setOwn(iterator, "next", async () => {
		const { done, value } = await pull();
		return step(done, done ? undefined : value);
	});
	setOwn(iterator, "return", async () => {
		const opened = await opening;
		end();
		if (last === null && opened.frames !== null) opened.frames.cancel();
		last ??= step(true, undefined);
		return step(true, undefined);
	});

	const stream = create(null);
	setOwn(stream, Symbol.asyncIterator, () => {
		isRead = true;
		return iterator;
	});
	const property = create(null);
	/** The call's value. Where nobody reads the parts, they are passed over. */
	property.get = async () => {
		if (isRead && last === null) throw toError({ code: "invalid_arguments", message: "result", hint: "" });
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

/** Never rejects, so that a stream that nobody reads leaves no rejection behind. @param {() => Promise<ReadableStream<Uint8Array>>} open */
const openFrames = async (open) => {
	try {
		return { __proto__: null, frames: createFrames(await open()), error: null };
	} catch (error) {
		return { __proto__: null, frames: null, error };
	}
};
