/**
 * Values as text for people, in the manner of Node's inspect. Getters are named, not run; a proxy that throws is named unreadable; depth, entries and
 * characters are bounded. Never throws.
 */
import {
	charCodeAt,
	create,
	functionToText,
	getOwnPropertyDescriptor,
	getPrototypeOf,
	getTime,
	indexOf,
	isArray,
	isError,
	isView,
	mapForEach,
	mapSize,
	objectPrototype,
	ownKeys,
	quote,
	regExpSource,
	regExpToText,
	repeat,
	sameValue,
	setForEach,
	setSize,
	slice,
	symbolToText,
	toIsoText,
	viewKind,
} from "./primordials.js";

const MAX_DEPTH = 4;
const MAX_ENTRIES = 100;
const MAX_STRING = 2_000;
const LINE_WIDTH = 76;

/** @typedef {{ left: number, depth: number, open: Record<number, object>, errorText: (error: object) => string }} State `left` is how many characters may still be made. */

/**
 * @param {unknown} value
 * @param {number} maxChars about how much text is made before what follows is left out
 * @param {(error: object) => string} errorText an error's name, message and frames
 * @returns {string}
 */
export const inspect = (value, maxChars, errorText) => show({ left: maxChars, depth: 0, open: create(null), errorText }, value);

/** @param {State} state @param {unknown} value @returns {string} */
const show = (state, value) => {
	if (state.left <= 0) return "…";
	const text = typeof value === "object" && value !== null ? showGuarded(state, value) : showPrimitive(value);
	state.left -= text.length;
	return text;
};

/** @param {unknown} value */
const showPrimitive = (value) => {
	switch (typeof value) {
		case "string":
			return showString(value);
		case "bigint":
			return `${value}n`;
		case "symbol":
			return symbolToText(value);
		case "function":
			return showFunction(value);
		case "number":
			return sameValue(value, -0) ? "-0" : `${value}`;
		default:
			return `${value}`;
	}
};

/** @param {string} text */
const showString = (text) => {
	const short = text.length > MAX_STRING ? slice(text, 0, MAX_STRING) : text;
	const rest = text.length > MAX_STRING ? `… ${text.length - MAX_STRING} more characters` : "";
	const quoted = quote(short);
	if (indexOf(short, "'") !== -1 || indexOf(short, "\\") !== -1 || indexOf(short, '"') !== -1) return quoted + rest;
	return `'${slice(quoted, 1, quoted.length - 1)}'${rest}`;
};

/** @param {object} value */
const showFunction = (value) => {
	try {
		const name = getOwnPropertyDescriptor(value, "name")?.value;
		const kind = slice(functionToText(/** @type {any} */ (value)), 0, 5) === "class" ? "class" : "Function";
		return typeof name === "string" && name !== "" ? `[${kind}: ${slice(name, 0, 100)}]` : `[${kind} (anonymous)]`;
	} catch {
		return "[Function]";
	}
};

/** @param {State} state @param {object} value */
const showGuarded = (state, value) => {
	const depth = state.depth;
	try {
		return showObject(state, value);
	} catch {
		state.depth = depth;
		return "[unreadable]";
	}
};

/** @param {State} state @param {object} value @returns {string} */
const showObject = (state, value) => {
	for (let index = 0; index < state.depth; index += 1) if (state.open[index] === value) return "[Circular]";
	if (holds(regExpSource, value)) return regExpToText(/** @type {any} */ (value));
	if (holds(getTime, value))
		return sameValue(getTime(/** @type {any} */ (value)), Number.NaN) ? "Invalid Date" : toIsoText(/** @type {any} */ (value));
	if (isError(value)) return state.errorText(value);
	const name = className(value);
	if (state.depth > MAX_DEPTH) return `[${isArray(value) ? "Array" : name || "Object"}]`;
	state.open[state.depth] = value;
	state.depth += 1;
	const text = showContainer(state, value, name);
	state.depth -= 1;
	return text;
};

/** @param {State} state @param {object} value @param {string} name */
const showContainer = (state, value, name) => {
	if (isArray(value)) return showList(state, value, value.length, name === "Array" ? "" : `${name}(${value.length}) `);
	if (isView(value) && viewKind(value) !== undefined) {
		const list = /** @type {any} */ (value);
		return showList(state, list, list.length, `${viewKind(value)}(${list.length}) `);
	}
	if (holds(mapSize, value)) return showMap(state, /** @type {any} */ (value));
	if (holds(setSize, value)) return showSet(state, /** @type {any} */ (value));
	const prefix = name === "Object" ? "" : name === "" ? "[Object: null prototype] " : `${name} `;
	return showFields(state, value, prefix);
};

/** Whether a check that throws for other kinds accepts a value. @param {(value: any) => unknown} check @param {object} value */
const holds = (check, value) => {
	try {
		check(value);
		return true;
	} catch {
		return false;
	}
};

/** The constructor's name along the prototypes, `` for a null prototype. @param {object} value */
export const className = (value) => {
	let prototype = getPrototypeOf(value);
	for (let step = 0; prototype !== null && step < 20; step += 1) {
		if (prototype === objectPrototype) return "Object";
		const maker = getOwnPropertyDescriptor(prototype, "constructor")?.value;
		const name = typeof maker === "function" ? getOwnPropertyDescriptor(maker, "name")?.value : undefined;
		if (typeof name === "string" && name !== "") return slice(name, 0, 100);
		prototype = getPrototypeOf(prototype);
	}
	return prototype === null ? "" : "Object";
};

/** @param {State} state @param {any} list @param {number} length @param {string} prefix */
const showList = (state, list, length, prefix) => {
	const parts = newParts();
	for (let index = 0; index < length && index < MAX_ENTRIES && state.left > 0; index += 1) addPart(parts, show(state, list[index]));
	return join(state, parts, length, prefix, "[", "]");
};

/** @param {State} state @param {Map<unknown, unknown>} map */
const showMap = (state, map) => {
	const parts = newParts();
	let count = 0;
	mapForEach(map, (value, key) => {
		count += 1;
		if (count <= MAX_ENTRIES && state.left > 0) addPart(parts, `${show(state, key)} => ${show(state, value)}`);
	});
	return join(state, parts, count, `Map(${count}) `, "{", "}");
};

/** @param {State} state @param {Set<unknown>} set */
const showSet = (state, set) => {
	const parts = newParts();
	let count = 0;
	setForEach(set, (value) => {
		count += 1;
		if (count <= MAX_ENTRIES && state.left > 0) addPart(parts, show(state, value));
	});
	return join(state, parts, count, `Set(${count}) `, "{", "}");
};

/** @param {State} state @param {object} value @param {string} prefix */
const showFields = (state, value, prefix) => {
	const parts = newParts();
	const keys = ownKeys(value);
	let count = 0;
	for (let index = 0; index < keys.length; index += 1) {
		const key = keys[index] ?? "";
		if (count >= MAX_ENTRIES || state.left <= 0) {
			count += keys.length - index;
			break;
		}
		const property = getOwnPropertyDescriptor(value, key);
		if (property === undefined || property.enumerable !== true) continue;
		count += 1;
		const name = typeof key === "symbol" ? `[${symbolToText(key)}]` : isWord(key) ? key : showString(key);
		state.left -= name.length + 2;
		addPart(parts, `${name}: ${showProperty(state, property)}`);
	}
	return join(state, parts, count, prefix, "{", "}");
};

/** @param {State} state @param {PropertyDescriptor} property */
const showProperty = (state, property) => {
	if (property.get !== undefined) return property.set === undefined ? "[Getter]" : "[Getter/Setter]";
	return property.set === undefined ? show(state, property.value) : "[Setter]";
};

/** @param {string} key */
const isWord = (key) => {
	if (key === "" || key.length > 100) return false;
	for (let index = 0; index < key.length; index += 1) {
		const code = charCodeAt(key, index);
		const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
		if (!letter && !(index > 0 && code >= 48 && code <= 57)) return false;
	}
	return true;
};

/** @typedef {{ length: number, chars: number, tall: boolean, [index: number]: string }} Parts */
/** @returns {Parts} */
const newParts = () => {
	const parts = create(null);
	parts.length = 0;
	parts.chars = 0;
	parts.tall = false;
	return parts;
};

/** @param {Parts} parts @param {string} text */
const addPart = (parts, text) => {
	parts[parts.length] = text;
	parts.length += 1;
	parts.chars += text.length + 2;
	if (indexOf(text, "\n") !== -1) parts.tall = true;
};

/** On one line if it fits; else filled lines for lists, a line each for fields. @param {State} state @param {Parts} parts @param {number} count @param {string} prefix @param {string} open @param {string} close */
const join = (state, parts, count, prefix, open, close) => {
	if (count > parts.length) addPart(parts, `... ${count - parts.length} more`);
	if (parts.length === 0) return `${prefix}${open}${close}`;
	const flat = !parts.tall && parts.chars + prefix.length + state.depth * 2 <= LINE_WIDTH;
	const indent = repeat("  ", state.depth);
	let text = "";
	let line = 0;
	for (let index = 0; index < parts.length; index += 1) {
		const part = parts[index] ?? "";
		const comma = index === 0 ? "" : ",";
		const fills = open === "[" && !parts.tall && line > 0 && line + part.length + 2 <= LINE_WIDTH;
		if (flat || fills) text += `${comma} ${part}`;
		else text += `${comma}\n${indent}${part}`;
		line = flat || fills ? line + part.length + 2 : part.length;
	}
	return flat ? `${prefix}${open}${text} ${close}` : `${prefix}${open}${text}\n${repeat("  ", state.depth - 1)}${close}`;
};
