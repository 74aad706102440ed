/**
 * Values to and from the encoding of docs/design/values.md, inside the isolate. The host has its own (contract/tagged-json.ts) and believes nothing of this one.
 */
import { withCanonicalNaN } from "./canonical-nan.js";
import { className } from "./inspect.js";
import {
	apply,
	BytesConstructor,
	bufferBytes,
	byteLength,
	bytesOfView,
	charCodeAt,
	create,
	freeze,
	getPrototypeOf,
	getTime,
	isArray,
	isFiniteNumber,
	isView,
	mapForEach,
	mapSize,
	objectKeys,
	objectPrototype,
	quote,
	sameValue,
	setForEach,
	setSize,
	slice,
	toBase64,
	toIsoText,
	utf8Bytes,
	viewKind,
} from "./primordials.js";
import { headersList, urlText } from "./web.js";

/**
 * @typedef {{ bytes: number, depth: number, nodes: number, bigintDigits: number }} Bounds `bytes` of the encoded text as UTF-8, `depth` of containers, `nodes` of values.
 * @typedef {{ kind: "encoded", text: string } | { kind: "refused", code: "not_serializable" | "too_large", path: string, message: string }} Encoding
 * @typedef {{ bounds: Bounds, web: boolean, root: string, bytes: number, nodes: number, depth: number, path: Record<number, string>, open: Record<number, object>, refusal: Encoding | null }} State
 */

/**
 * Encodes a value of the program. Getters and proxies run inside, once each; what they throw is a refusal at the path reached.
 * @param {unknown} value
 * @param {Bounds} bounds
 * @param {string} root what the path begins with: `result`, `arguments`
 * @param {boolean} web whether URL and Headers may stand in it: in arguments, not in results
 * @returns {Encoding}
 */
export const encode = (value, bounds, root, web) => {
	/** @type {State} */
	const state = { bounds, web, root, bytes: 0, nodes: 0, depth: 0, path: create(null), open: create(null), refusal: null };
	try {
		const text = encodeAny(state, value === undefined ? null : value);
		const bytes = utf8Bytes(text);
		if (bytes <= bounds.bytes) return { kind: "encoded", text };
		state.depth = 0;
		return refusal(state, "too_large", `it is ${bytes} bytes as JSON; at most ${bounds.bytes} fit`);
	} catch {
		return state.refusal ?? refusal(state, "not_serializable", "reading it threw an error");
	}
};

/** @param {State} state @param {"not_serializable" | "too_large"} code @param {string} message @returns {Encoding} */
const refusal = (state, code, message) => {
	let path = state.root;
	for (let index = 0; index < state.depth && path.length < 300; index += 1) path += state.path[index] ?? "";
	return { kind: "refused", code, path: slice(path, 0, 400), message };
};

/** @param {State} state @param {"not_serializable" | "too_large"} code @param {string} message @returns {never} */
const refuse = (state, code, message) => {
	state.refusal = refusal(state, code, message);
	throw null;
};

/** Counts a lower bound of the bytes, so that a graph that unfolds to gigabytes ends early. @param {State} state @param {number} bytes */
const spend = (state, bytes) => {
	state.bytes += bytes;
	if (state.bytes > state.bounds.bytes) refuse(state, "too_large", `it is more than ${state.bounds.bytes} bytes as JSON`);
};

/** @param {State} state @param {string} text */
const encodeString = (state, text) => {
	spend(state, text.length + 2);
	return quote(text);
};

/** @param {State} state @param {unknown} value @returns {string} */
const encodeAny = (state, value) => {
	state.nodes += 1;
	if (state.nodes > state.bounds.nodes) refuse(state, "too_large", `there are more than ${state.bounds.nodes} values`);
	if (typeof value === "string") return encodeString(state, value);
	if (typeof value === "object" && value !== null) return encodeObject(state, value);
	spend(state, 1);
	if (value === null) return "null";
	if (typeof value === "boolean") return value ? "true" : "false";
	if (typeof value === "number")
		return isFiniteNumber(value) && !sameValue(value, -0) ? `${value}` : `{"$number":"${sameValue(value, -0) ? "-0" : value}"}`;
	if (value === undefined) return '{"$undefined":true}';
	if (typeof value === "bigint") return encodeBigInt(state, value);
	return refuse(state, "not_serializable", `it is a ${typeof value}, which cannot leave the run`);
};

/** @param {State} state @param {bigint} value */
const encodeBigInt = (state, value) => {
	const digits = `${value}`;
	if (digits.length > state.bounds.bigintDigits)
		refuse(state, "too_large", `it is a BigInt of more than ${state.bounds.bigintDigits} digits`);
	return `{"$bigint":"${digits}"}`;
};

/** @param {State} state @param {object} value @returns {string} */
const encodeObject = (state, value) => {
	for (let index = 0; index < state.depth; index += 1) {
		if (state.open[index] === value) refuse(state, "not_serializable", "it contains itself");
	}
	const prototype = getPrototypeOf(value);
	const array = isArray(value);
	const plain = !array && (prototype === null || prototype === objectPrototype);
	const map = !array && !plain && hasBrand(mapSize, value);
	const set = !array && !plain && !map && hasBrand(setSize, value);
	if (!array && !plain && !map && !set) return encodeLeaf(state, value);
	if (state.depth >= state.bounds.depth) refuse(state, "too_large", `it is nested deeper than ${state.bounds.depth}`);
	state.open[state.depth] = value;
	state.depth += 1;
	spend(state, 2);
	let text = "";
	if (array) text = encodeArray(state, value);
	else if (plain) text = encodePlain(state, value);
	// @ts-expect-error the brand was checked
	else if (map) text = encodeMap(state, value);
	// @ts-expect-error the brand was checked
	else text = encodeSet(state, value);
	state.depth -= 1;
	return text;
};

/** Encodes what stands at one step below the open container. @param {State} state @param {string} step @param {unknown} value */
const encodeAt = (state, step, value) => {
	state.path[state.depth - 1] = step;
	const text = encodeAny(state, value);
	state.path[state.depth - 1] = "";
	return text;
};

/** @param {State} state @param {unknown[]} array */
const encodeArray = (state, array) => {
	const length = array.length;
	let text = "[";
	for (let index = 0; index < length; index += 1) {
		text += (index === 0 ? "" : ",") + encodeAt(state, `[${index}]`, array[index]);
	}
	return `${text}]`;
};

/** @param {State} state @param {object} value */
const encodePlain = (state, value) => {
	const keys = objectKeys(value);
	if (keys.length > state.bounds.nodes) refuse(state, "too_large", `there are more than ${state.bounds.nodes} values`);
	/** @type {Record<number, unknown>} */
	const fields = create(null);
	let tagged = false;
	for (let index = 0; index < keys.length; index += 1) {
		const key = keys[index] ?? "";
		state.path[state.depth - 1] = stepOf(key);
		// @ts-expect-error any own key of an object may be read
		fields[index] = value[key];
		if (fields[index] !== undefined && needsTag(key)) tagged = true;
	}
	let text = "";
	for (let index = 0; index < keys.length; index += 1) {
		if (fields[index] === undefined) continue;
		const key = keys[index] ?? "";
		const name = encodeString(state, key);
		const body = encodeAt(state, stepOf(key), fields[index]);
		text += (text === "" ? "" : ",") + (tagged ? `[${name},${body}]` : `${name}:${body}`);
	}
	return tagged ? `{"$object":[${text}]}` : `{${text}}`;
};

/** Keys that JSON readers would take for a tag, or lose. @param {string} key */
const needsTag = (key) => key === "__proto__" || (key.length > 0 && charCodeAt(key, 0) === 36);

/** @param {State} state @param {Map<unknown, unknown>} map */
const encodeMap = (state, map) => {
	let text = "";
	let index = 0;
	mapForEach(map, (value, key) => {
		const name = encodeAt(state, `.keys[${index}]`, key);
		text += `${index === 0 ? "" : ","}[${name},${encodeAt(state, `.values[${index}]`, value)}]`;
		index += 1;
	});
	return `{"$map":[${text}]}`;
};

/** @param {State} state @param {Set<unknown>} set */
const encodeSet = (state, set) => {
	let text = "";
	let index = 0;
	setForEach(set, (value) => {
		text += (index === 0 ? "" : ",") + encodeAt(state, `.values[${index}]`, value);
		index += 1;
	});
	return `{"$set":[${text}]}`;
};

/** What is neither a plain object nor a container: dates, bytes, and in arguments URLs and headers. @param {State} state @param {object} value */
const encodeLeaf = (state, value) => {
	spend(state, 10);
	if (isView(value)) return encodeBytes(state, bytesOfView(value), viewKind(value) ?? "DataView");
	// @ts-expect-error the brand was checked
	if (hasBrand(bufferBytes, value)) return encodeBytes(state, new BytesConstructor(value), "ArrayBuffer");
	if (hasBrand(getTime, value)) {
		const date = /** @type {Date} */ (value);
		return isFiniteNumber(getTime(date)) ? `{"$date":"${toIsoText(date)}"}` : '{"$date":null}';
	}
	if (state.web) {
		const url = urlText(value);
		if (url !== null) return `{"$url":${encodeString(state, url)}}`;
		const headers = headersList(value);
		if (headers !== null) {
			let text = "";
			for (let index = 0; index < headers.length; index += 1) {
				const pair = headers[index];
				text += `${index === 0 ? "" : ","}[${encodeString(state, pair?.name ?? "")},${encodeString(state, pair?.value ?? "")}]`;
			}
			return `{"$headers":[${text}]}`;
		}
	}
	return refuse(state, "not_serializable", `it is ${describeClass(value)}; wanted JSON, Date, Map, Set, BigInt or typed arrays`);
};

const READ_AS_TEXT = "what is in it can, after await .json() or .text()";
/** What to do instead, by the name of the class. */
const INSTEAD = freeze({
	__proto__: null,
	Response: READ_AS_TEXT,
	Request: READ_AS_TEXT,
	Blob: "what is in it can, after await .text() or .arrayBuffer()",
	ReadableStream: "what is in it can, after it was read: await new Response(stream).text()",
	Promise: "what it resolves to can, after await",
	Error: "its message can",
	URL: "its href can",
	Headers: "its pairs can: [...headers]",
});

/** Names what cannot leave the run, by descriptors alone: no getter is run. @param {object} value */
const describeClass = (value) => {
	const unnamed = "an instance of a class, a proxy or a platform object";
	try {
		const name = className(value);
		if (name === "" || name === "Object" || name === "Array") return unnamed;
		// @ts-expect-error any key of an object without a prototype may be read
		const instead = INSTEAD[name];
		return `of the class ${name}, which cannot be sent as it is${instead === undefined ? "" : `: ${instead}`}`;
	} catch {
		return unnamed;
	}
};

/** @param {State} state @param {Uint8Array} bytes @param {unknown} kind */
const encodeBytes = (state, bytes, kind) => {
	spend(state, (byteLength(bytes) * 4) / 3);
	return `{"$bytes":"${toBase64(withCanonicalNaN(bytes, kind))}","as":"${kind}"}`;
};

/** @param {(value: object) => unknown} check throws for another kind @param {object} value */
const hasBrand = (check, value) => {
	try {
		apply(check, undefined, [value]);
		return true;
	} catch {
		return false;
	}
};

/** @param {string} key */
const stepOf = (key) => {
	const short = key.length > 60 ? `${slice(key, 0, 60)}…` : key;
	for (let index = 0; index < short.length; index += 1) {
		const code = charCodeAt(short, index);
		const word = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
		if (!word) return `[${quote(short)}]`;
	}
	return short === "" ? '[""]' : `.${short}`;
};
