/** Errors: those that calls throw into the program, and what the program threw, as bounded text with the program's own frames. */

import { inspect } from "./inspect.js";
import {
	create,
	ErrorConstructor,
	execute,
	indexOf,
	setOwn,
	slice,
	toText,
	WeakMapConstructor,
	weakMapGet,
	weakMapSet,
} from "./primordials.js";

const MAX_CAUSES = 3;
const MAX_INNER = 3;
const NAME_CHARS = 200;
/** Longest stack that is looked at, characters: many times what the runtime makes by itself. */
const STACK_CHARS = 100_000;
/** A frame of the program: `    at async name (program/lib/a.ts:3:9)`. The runtime makes the name, the program the words in it. */
const FRAME = /^ {4}at (?:(.{0,300}) \()?(?:async )?program\/([A-Za-z0-9_\-./]{1,300}):(\d{1,9}):(\d{1,9})\)?$/;

/**
 * @typedef {{ code: string, hint: string, name: string, message: string, stack: string }} Thrown `hint` is empty where a call did not give one.
 * @typedef {{ callError: (code: string, message: string, hint: string, details?: object | null) => Error, describe: (thrown: unknown) => Thrown, errorText: (error: object) => string }} Failures
 */

/**
 * One run's errors. Codes and hints stand in a table that the program cannot reach, so an error with a made-up `code` is still `program_threw`.
 * @param {{ errorMessageChars: number, errorStackChars: number }} limits
 * @returns {Failures}
 */
export const createFailures = (limits) => {
	/** @type {WeakMap<object, { code: string, hint: string }>} */
	const calls = new WeakMapConstructor();

	/** @param {string} code @param {string} message @param {string} hint @param {object | null} [details] what the host says of it as data */
	const callError = (code, message, hint, details = null) => {
		const error = new ErrorConstructor(message);
		setOwn(error, "name", "CordonError", false);
		setOwn(error, "code", code);
		setOwn(error, "hint", hint);
		if (details !== null) setOwn(error, "details", details);
		const call = create(null);
		call.code = code;
		call.hint = hint;
		weakMapSet(calls, error, call);
		return error;
	};

	/** @param {unknown} thrown @returns {Thrown} */
	const describe = (thrown) => {
		if (!isErrorLike(thrown)) {
			const message = `The program threw ${inspect(thrown, 500, errorText)}, which is not an Error.`;
			return { code: "program_threw", hint: "", name: "Error", message: cut(message, limits.errorMessageChars), stack: "" };
		}
		const call = weakMapGet(calls, thrown);
		const code = call?.code ?? "program_threw";
		const hint = cut(call?.hint ?? "", limits.errorMessageChars);
		const name = cut(textAt(thrown, "name") || "Error", NAME_CHARS);
		const message = cut(textAt(thrown, "message") + related(thrown), limits.errorMessageChars);
		return { code, hint, name, message, stack: programFrames(thrown, limits.errorStackChars) };
	};

	/** @param {object} error */
	const errorText = (error) => {
		const name = cut(textAt(error, "name") || "Error", NAME_CHARS);
		const message = cut(textAt(error, "message"), limits.errorMessageChars);
		const frames = programFrames(error, limits.errorStackChars);
		return `${message === "" ? name : `${name}: ${message}`}${frames === "" ? "" : `\n${frames}`}`;
	};
	return { callError, describe, errorText };
};

/** Text cut to a length, with a mark. @param {string} text @param {number} maxChars */
export const cut = (text, maxChars) => (text.length <= maxChars ? text : `${slice(text, 0, maxChars - 1)}…`);

/** A property that may be a getter, a proxy's, or absent. @param {object} value @param {string} key @returns {unknown} */
const readAt = (value, key) => {
	try {
		// @ts-expect-error any key of an object may be read
		return value[key];
	} catch {
		return undefined;
	}
};

/** @param {object} value @param {string} key @returns {string} the text at a key, or nothing when it is no string */
const textAt = (value, key) => {
	const text = readAt(value, key);
	return typeof text === "string" ? text : "";
};

/** @param {unknown} thrown @returns {thrown is object} */
const isErrorLike = (thrown) => typeof thrown === "object" && thrown !== null && typeof readAt(thrown, "message") === "string";

/** What an error says of its causes and of the errors in it, a few of each. @param {object} error */
const related = (error) => {
	let text = "";
	let current = readAt(error, "cause");
	for (let step = 0; step < MAX_CAUSES && isErrorLike(current); step += 1) {
		text += `\n  cause: ${summary(current)}`;
		current = readAt(current, "cause");
	}
	const inner = readAt(error, "errors");
	for (let index = 0; index < MAX_INNER && typeof inner === "object" && inner !== null; index += 1) {
		const item = readAt(inner, toText(index));
		if (isErrorLike(item)) text += `\n  [${index}]: ${summary(item)}`;
	}
	return text;
};

/** @param {object} error */
const summary = (error) => `${cut(textAt(error, "name") || "Error", 100)}: ${cut(textAt(error, "message"), 300)}`;

/** The frames of the program's own modules, a line each: `    at name (main.ts:3:9)`. @param {object} error @param {number} maxChars */
const programFrames = (error, maxChars) => {
	const whole = textAt(error, "stack");
	const message = textAt(error, "message");
	// The message comes first in a stack and may hold lines that look like frames.
	const found = message === "" ? -1 : indexOf(whole, message);
	const after = found === -1 ? 0 : found + message.length;
	const stack = slice(whole, after, after + STACK_CHARS);
	let start = 0;
	let text = "";
	while (start < stack.length) {
		const newline = indexOf(stack, "\n", start);
		const end = newline === -1 ? stack.length : newline;
		const frame = execute(FRAME, slice(stack, start, end));
		if (frame !== null) {
			const line = frameText(frame);
			if (text.length + line.length + 1 > maxChars) break;
			text += (text === "" ? "" : "\n") + line;
		}
		start = end + 1;
	}
	return text;
};

/** @param {RegExpExecArray} frame */
const frameText = (frame) => {
	const where = `${frame[2]}:${frame[3]}:${frame[4]}`;
	const name = frame[1] === "Module.default" || frame[1] === "async Module.default" ? "default" : frame[1];
	return name === undefined || name === "" ? `    at ${where}` : `    at ${name} (${where})`;
};
