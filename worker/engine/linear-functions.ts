import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { LIMITS } from "../../contract/limits.ts";
import { CharacterSet, characterEnd, characterStart, continues } from "./character-set.ts";
import { findBytes } from "./find-bytes.ts";
import { RESULT, TRANSIENT, TYPE } from "./sqlite-codes.ts";

/** SQLITE_UTF8, SQLITE_DETERMINISTIC (an index may stand on it), SQLITE_INNOCUOUS (a generated column may). */
const FLAGS = 1 | 0x800 | 0x20_0000;

/** What a function gives: bytes as text or as a blob. */
type Answer = null | number | "too_big" | { readonly bytes: Uint8Array; readonly blob?: true };
type TextFunction = (values: readonly Uint8Array[], text: boolean) => Answer;

/**
 * Takes the place of SQLite's functions whose one call is quadratic in the length of its arguments, minutes for two values of `sqlValueBytes`: no limit of
 * the engine is looked at within a call. These give the same answers in linear time.
 * @throws Error when SQLite does not take them: without them nothing would bound a call
 */
export const replaceQuadraticFunctions = (module: SqliteModule, db: number): void => {
	for (const [name, count, run] of FUNCTIONS)
		register(module, db, name, count, (context, _count, values) => answer(module, context, run, argumentsOf(module, values, count)));
};

/**
 * Not the package's own `create_function`: it forgets callbacks by the name of their function, under keys that SQLite has freed and given to another
 * function by then. SQLite frees the key when the connection closes, also when it does not take the function.
 */
const register = (
	module: SqliteModule,
	db: number,
	name: string,
	count: number,
	xFunc: (context: number, count: number, values: number) => void,
): void => {
	const text = new TextEncoder().encode(`${name}\0`);
	const [key, pointer] = [module._sqlite3_malloc(4), module._sqlite3_malloc(text.length)];
	if (key === 0 || pointer === 0) throw new Error(`Starting SQLite: no memory for the function ${name}.`);
	new DataView(module.HEAPU8.buffer).setInt32(key, 0, true);
	module.HEAPU8.set(text, pointer);
	const rc = module._libfunction_create_function(db, pointer, count, FLAGS, key, 1, 0, 0);
	module._sqlite3_free(pointer);
	if (rc !== RESULT.ok) throw new Error(`Starting SQLite: the function ${name} gave ${rc}, wanted 0.`);
	module.setCallback(key, { xFunc });
};

const argumentsOf = (module: SqliteModule, values: number, count: number): number[] => {
	const view = new DataView(module.HEAPU8.buffer);
	return Array.from({ length: count }, (_, index) => view.getInt32(values + index * 4, true));
};

const answer = (module: SqliteModule, context: number, run: TextFunction, values: readonly number[]): void => {
	const types = values.map((value) => module._sqlite3_value_type(value));
	if (types.includes(TYPE.null)) {
		// SQLite gives the first value back for an empty pattern before it looks at the third; nobody relies on it.
		module._sqlite3_result_null(context);
		return;
	}
	const text = types.some((type) => type !== TYPE.blob);
	// All are converted first: a conversion may move the memory.
	const pointers = values.map((value) => (text ? module._sqlite3_value_text(value) : module._sqlite3_value_blob(value)));
	const bytes = values.map((value, index) => {
		const start = pointers[index] ?? 0;
		return module.HEAPU8.subarray(start, start + (start === 0 ? 0 : module._sqlite3_value_bytes(value)));
	});
	const result = run(bytes, text);
	if (result === null) module._sqlite3_result_null(context);
	else if (typeof result === "number") module._sqlite3_result_int(context, result);
	else if (result === "too_big") module._sqlite3_result_error_toobig(context);
	else giveBytes(module, context, result.bytes, result.blob === true);
};

const giveBytes = (module: SqliteModule, context: number, bytes: Uint8Array, blob: boolean): void => {
	// What lies in SQLite's own memory is copied before it may move.
	const own = bytes.buffer === module.HEAPU8.buffer ? bytes.slice() : bytes;
	const pointer = module._sqlite3_malloc(own.length + 1);
	if (pointer === 0) {
		module._sqlite3_result_error_nomem(context);
		return;
	}
	module.HEAPU8.set(own, pointer);
	const give = blob ? module._sqlite3_result_blob : module._sqlite3_result_text;
	give(context, pointer, own.length, TRANSIENT);
	module._sqlite3_free(pointer);
};

const NOTHING = new Uint8Array();

/** Position from 1, in characters, or in bytes where both are blobs. */
const instr: TextFunction = ([haystack = NOTHING, needle = NOTHING], text) => {
	if (needle.length === 0) return 1;
	for (const offset of findBytes(haystack, needle)) {
		if (!text) return offset + 1;
		if (offset > 0 && continues(haystack[offset])) continue;
		let position = 1;
		for (let at = 1; at <= offset; at += 1) if (!continues(haystack[at])) position += 1;
		return position;
	}
	return 0;
};

const replace: TextFunction = ([given = NOTHING, pattern = NOTHING, replacement = NOTHING]) => {
	// SQLite reads the pattern as C text first.
	if (pattern.length === 0 || pattern[0] === 0) return { bytes: given };
	const found: number[] = [];
	let from = 0;
	for (const offset of findBytes(given, pattern)) {
		if (offset < from) continue;
		found.push(offset);
		from = offset + pattern.length;
	}
	const length = given.length + found.length * (replacement.length - pattern.length);
	if (length > LIMITS.sqlValueBytes) return "too_big";
	const bytes = new Uint8Array(length);
	let [read, written] = [0, 0];
	const copy = (part: Uint8Array): void => {
		bytes.set(part, written);
		written += part.length;
	};
	for (const offset of found) {
		copy(given.subarray(read, offset));
		copy(replacement);
		read = offset + pattern.length;
	}
	copy(given.subarray(read));
	return { bytes };
};

const trim =
	(left: boolean, right: boolean): TextFunction =>
	([given = NOTHING, characters = NOTHING]) => {
		// SQLite reads the characters as C text.
		const firstNul = characters.indexOf(0);
		const set = new CharacterSet(firstNul === -1 ? characters : characters.subarray(0, firstNul));
		let [start, end] = [0, given.length];
		while (left && start < end) {
			const next = characterEnd(given, start);
			if (!set.has(given, start, next)) break;
			start = next;
		}
		while (right && start < end) {
			const last = characterStart(given, end);
			if (last < start || !set.has(given, last, end)) break;
			end = last;
		}
		return { bytes: given.subarray(start, end) };
	};

/** Bytes of hexadecimal digits; null when other characters than those of the second argument stand between the pairs. */
const unhex: TextFunction = ([given = NOTHING, passed = NOTHING]) => {
	const set = new CharacterSet(passed);
	const bytes = new Uint8Array(given.length >> 1);
	let length = 0;
	for (let at = 0; at < given.length && given[at] !== 0; ) {
		const high = digit(given[at]);
		if (high === -1) {
			const next = characterEnd(given, at);
			if (!set.has(given, at, next)) return null;
			at = next;
			continue;
		}
		const low = digit(given[at + 1]);
		if (low === -1) return null;
		bytes[length] = high * 16 + low;
		length += 1;
		at += 2;
	}
	return { bytes: bytes.subarray(0, length), blob: true };
};

const digit = (byte = 0): number => {
	if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
	const lower = byte | 0x20;
	return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
};

const FUNCTIONS: readonly (readonly [name: string, count: number, run: TextFunction])[] = [
	["instr", 2, instr],
	["replace", 3, replace],
	["trim", 2, trim(true, true)],
	["ltrim", 2, trim(true, false)],
	["rtrim", 2, trim(false, true)],
	["unhex", 2, unhex],
];
