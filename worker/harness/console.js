/** The program's console: every method ends in bounded lines that are kept for the run's record. Nothing else of the console exists. */

import { cut } from "./failures.js";
import { inspect } from "./inspect.js";
import {
	create,
	indexOf,
	isFiniteNumber,
	MapConstructor,
	mapDelete,
	mapGet,
	mapSet,
	mapSize,
	printLine,
	quote,
	repeat,
	setOwn,
	slice,
	toNumber,
} from "./primordials.js";

/** Marks a line on standard output as one of the run's own, so that the supervisor finds it when the run is stopped. */
const MARK = "\u001ecordon-log ";
const MAX_GROUPS = 20;
const MAX_LABELS = 100;

/** @typedef {"debug" | "info" | "log" | "warn" | "error"} Level */

/**
 * @param {{ logLines: number, logLineChars: number, logChars: number }} limits
 * @param {boolean} spool whether each line is also printed at once
 * @param {(error: object) => string} errorText
 * @param {() => number} now the program's time, epoch milliseconds
 * @returns {{ console: object, begin: () => void, close: () => void, linesJson: () => string, dropped: () => number }} `linesJson` is the JSON array of what was kept
 */
export const createConsole = (limits, spool, errorText, now) => {
	let lines = "";
	let kept = 0;
	let chars = 0;
	let dropped = 0;
	let open = true;
	let groups = 0;
	let counts = new MapConstructor();
	let timers = new MapConstructor();

	/** @param {Level} level @param {string} text */
	const keep = (level, text) => {
		if (!open) return;
		const line = cut(repeat("  ", groups) + text, limits.logLineChars);
		if (kept >= limits.logLines || chars + line.length > limits.logChars) {
			dropped += 1;
			return;
		}
		kept += 1;
		chars += line.length;
		const json = `{"seq":${kept},"atMs":${now()},"level":"${level}","text":${quote(line)}}`;
		lines += kept === 1 ? json : `,${json}`;
		if (spool) printLine(MARK + json);
	};
	/** @param {unknown[]} args @param {number} [from] */
	const format = (args, from = 0) => formatArguments(args, from, limits.logLineChars + 1, errorText);
	/** @param {Level} level @returns {(...args: unknown[]) => void} */
	const at =
		(level) =>
		(...args) => {
			if (kept >= limits.logLines) dropped += open ? 1 : 0;
			else keep(level, format(args));
		};
	/** @param {unknown} label */
	const labelOf = (label) =>
		label === undefined ? "default" : cut(typeof label === "string" ? label : inspect(label, 100, errorText), 100);
	/** @param {string} label */
	const elapsed = (label) => `${now() - toNumber(mapGet(timers, label))}ms`;
	/** @param {unknown[]} args */
	const group = (...args) => {
		if (args.length > 0) keep("log", format(args));
		if (groups < MAX_GROUPS) groups += 1;
	};
	/** @param {Map<unknown, unknown>} map @param {string} key @param {unknown} value */
	const remember = (map, key, value) => {
		if (toNumber(mapSize(map)) < MAX_LABELS || mapGet(map, key) !== undefined) mapSet(map, key, value);
	};

	/** @type {Record<string, (...args: any[]) => unknown>} */
	const methods = {
		debug: at("debug"),
		info: at("info"),
		log: at("log"),
		warn: at("warn"),
		error: at("error"),
		dir: (value) => keep("log", inspect(value, limits.logLineChars, errorText)),
		dirxml: at("log"),
		table: (value) => keep("log", inspect(value, limits.logLineChars, errorText)),
		trace: (...args) => keep("log", `Trace${args.length > 0 ? ": " : ""}${format(args)}`),
		assert: (condition, ...args) => {
			if (!condition) keep("error", `Assertion failed${args.length > 0 ? ": " : ""}${format(args)}`);
		},
		group,
		groupCollapsed: group,
		groupEnd: () => {
			if (groups > 0) groups -= 1;
		},
		count: (label) => {
			const name = labelOf(label);
			const next = toNumber(mapGet(counts, name) ?? 0) + 1;
			remember(counts, name, next);
			keep("log", `${name}: ${next}`);
		},
		countReset: (label) => void mapDelete(counts, labelOf(label)),
		time: (label) => remember(timers, labelOf(label), now()),
		timeLog: (label, ...args) => {
			const name = labelOf(label);
			if (mapGet(timers, name) !== undefined) keep("log", `${name}: ${elapsed(name)}${args.length > 0 ? " " : ""}${format(args)}`);
		},
		timeEnd: (label) => {
			const name = labelOf(label);
			if (mapGet(timers, name) !== undefined) keep("log", `${name}: ${elapsed(name)}`);
			mapDelete(timers, name);
		},
		timeStamp: () => undefined,
		profile: () => undefined,
		profileEnd: () => undefined,
		clear: () => undefined,
	};
	const console = create(null);
	for (const name in methods) setOwn(console, name, methods[name]);

	return {
		console,
		/** The lines from now on are another run's. */
		begin: () => {
			lines = "";
			kept = 0;
			chars = 0;
			dropped = 0;
			open = true;
			groups = 0;
			counts = new MapConstructor();
			timers = new MapConstructor();
		},
		close: () => {
			open = false;
		},
		linesJson: () => `[${lines}]`,
		dropped: () => dropped,
	};
};

/**
 * The text of a console call: `%s %d %i %f %j %o %O %c` in a first string take what follows, the rest is joined with spaces.
 * @param {unknown[]} args
 * @param {number} from
 * @param {number} maxChars
 * @param {(error: object) => string} errorText
 */
const formatArguments = (args, from, maxChars, errorText) => {
	let next = from;
	let text = "";
	const first = args[from];
	if (typeof first === "string") {
		next += 1;
		const template = slice(first, 0, maxChars);
		let start = 0;
		while (start < template.length) {
			const percent = next < args.length ? indexOf(template, "%", start) : -1;
			if (percent === -1 || percent + 1 >= template.length) break;
			const directive = slice(template, percent + 1, percent + 2);
			text += slice(template, start, percent);
			start = percent + 2;
			const value = directive === "%" ? "%" : substitute(directive, args[next], maxChars, errorText);
			if (directive !== "%" && value !== null) next += 1;
			text += value ?? `%${directive}`;
		}
		text += slice(template, start);
	}
	for (; next < args.length && text.length < maxChars; next += 1) {
		const value = args[next];
		text += (next === from ? "" : " ") + (typeof value === "string" ? slice(value, 0, maxChars) : inspect(value, maxChars, errorText));
	}
	return text;
};

/** @param {string} directive @param {unknown} value @param {number} maxChars @param {(error: object) => string} errorText @returns {string | null} */
const substitute = (directive, value, maxChars, errorText) => {
	switch (directive) {
		case "s":
			return typeof value === "string" ? slice(value, 0, maxChars) : inspect(value, maxChars, errorText);
		case "d":
		case "i":
		case "f": {
			const number =
				typeof value === "number" || typeof value === "string" ? toNumber(value) : typeof value === "bigint" ? value : Number.NaN;
			return directive === "i" && typeof number === "number" && isFiniteNumber(number) ? `${number - (number % 1)}` : `${number}`;
		}
		case "j":
		case "o":
		case "O":
			return inspect(value, maxChars, errorText);
		case "c":
			return "";
		default:
			return null;
	}
};
