/** What the gate answers, as frames: one for a call, several for one whose answer comes in parts. */
import { apply, create, hasOwn, indexOf, parseJson, slice } from "./primordials.js";

/** @typedef {import("./timeline.js").Frame} Frame */

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

/** Nothing came, and nothing will. @returns {Frame} */
export const cutFrame = () => {
	const frame = create(null);
	frame.kind = "cut";
	frame.value = "";
	frame.code = "";
	frame.message = "";
	frame.hint = "";
	frame.details = null;
	frame.atMs = null;
	return frame;
};

const FIELDS = ["kind", "value", "code", "message", "hint", "details", "atMs"];

/**
 * Without a prototype, so that no patched `then` is looked up where a promise is given it. Only own properties are read: a getter that the program put on
 * Object.prototype would tell it when an answer has arrived.
 * @param {any} fields @returns {Frame}
 */
const frameOf = (fields) => {
	/** @type {any} */
	const frame = cutFrame();
	for (let index = 0; index < FIELDS.length; index += 1) {
		const field = FIELDS[index] ?? "";
		if (hasOwn(fields, field)) frame[field] = fields[field];
	}
	const isKnown =
		frame.kind === "part" || frame.kind === "value" || frame.kind === "error" || frame.kind === "parked" || frame.kind === "never";
	// Of a run that the host has ended, nothing has an effect any more.
	if (!isKnown || (frame.kind === "error" && frame.code === "run_ended")) frame.kind = "cut";
	return frame;
};

/** @param {unknown} text JSON of a GateAnswer or a GateFrame; anything else is no answer @returns {Frame} */
export const readFrame = (text) => {
	try {
		return frameOf(/** @type {any} */ (parseJson(`${text}`)));
	} catch {
		return cutFrame();
	}
};

/**
 * Frames out of lines of bytes, one at a time; the bytes' end is a cut, since whoever reads stops at the answer.
 * @param {ReadableStream<Uint8Array>} bytes
 * @returns {{ next: () => Promise<Frame>, cancel: () => Promise<void> }} neither rejects
 */
export const createFrames = (bytes) => {
	const { getReader, read, cancel, decode, Decoder } = streams();
	const reader = apply(getReader, bytes, []);
	const decoder = new Decoder();
	let text = "";
	const next = async () => {
		try {
			for (;;) {
				const end = indexOf(text, "\n");
				if (end !== -1) {
					const line = slice(text, 0, end);
					text = slice(text, end + 1);
					return readFrame(line);
				}
				const { done, value } = await apply(read, reader, []);
				if (done) return cutFrame();
				text += apply(decode, decoder, [value, { __proto__: null, stream: true }]);
			}
		} catch {
			return cutFrame();
		}
	};
	return {
		next,
		cancel: async () => {
			try {
				await apply(cancel, reader, []);
			} catch {
				// It had ended by itself.
			}
		},
	};
};
