import fc from "fast-check";
import { LIMITS } from "../../../contract/limits.ts";
import { encodeValue } from "../../../contract/tagged-json.ts";
import { arbitraryValue } from "../contract/arbitrary-value.ts";
import type { Chance } from "../simulation/chance.ts";

/** Pieces that a program with the pen in its own hand would write. */
const PIECES = [
	...[
		'{"__proto__":{"polluted":true}}',
		'"__proto__":',
		'{"constructor":{"prototype":{"polluted":1}}}',
		'{"toString":1,"valueOf":2}',
		'{"then":1}',
	],
	...[
		'{"$date":"2026-01-01T00:00:00.000Z"}',
		'{"$date":null}',
		'{"$date":"x"}',
		'{"$bigint":"-0"}',
		'{"$bigint":"1e9"}',
		'{"$undefined":true}',
	],
	...[
		'{"$bytes":"AAAA","as":"Float64Array"}',
		'{"$bytes":"A","as":"Uint8Array"}',
		'{"$bytes":"AAAA","as":"__proto__"}',
		'{"$number":"-0"}',
	],
	...['{"$map":[[1,2],[1,3]]}', '{"$map":[1]}', '{"$set":[[],{}]}', '{"$object":[["$x",1],["__proto__",{}]]}', '{"$headers":[["a","b"]]}'],
	...[
		'{"$url":"https://[::1]/"}',
		'{"$response":{"status":200}}',
		'{"$":1}',
		'{"$map":[],"x":1}',
		'{"a":1,"a":2}',
		"[,]",
		"{,}",
		"NaN",
		"-0",
	],
	...[
		"1e400",
		"1e-400",
		"123456789012345678901234567890",
		"0.1e+9",
		"-",
		"01",
		"\ufeff",
		"\u0000",
		'"\\ud800"',
		'"\\udfff\\ud800"',
		'"\\u0000"',
	],
	...[
		'"\ud800"',
		'"\u202e\u2066"',
		"true",
		"false",
		"null",
		'""',
		"[]",
		"{}",
		"[[[[[[[[[[]]]]]]]]]]",
		",",
		":",
		'"',
		"\\",
		"]",
		"}",
		"[",
		"{",
	],
	// Lists of arguments that are none, and tags with something else in them.
	...[
		"[1,]",
		'["/workspace/output/none"]x',
		'\ufeff["/workspace/output/none"]',
		'{"length":1,"0":"/workspace/output/none"}',
		'{"$map":[[1]]}',
		'{"$set":{"length":1e9}}',
		'{"$object":[["__proto__",{"polluted":1}]]}',
		'{"$bytes":"~","as":"__proto__"}',
		'{"$bigint":"0x10"}',
		'{"$url":{"then":1}}',
		'{"$headers":[["a","b","c"]]}',
		'{"$response":{"status":200,"url":"x","headers":[],"body":null}}',
		'{"$undefined":true,"$date":"x"}',
		'{"$number":"1e400"}',
	],
];

const repeat = (text: string, times: number): string => text.repeat(times);

/** Texts that are built to be dear. @param size from 1 */
const DEAR: readonly ((size: number) => string)[] = [
	(size) => `${repeat("[", size)}${repeat("]", size)}`,
	(size) => `${repeat('{"a":', size)}1${repeat("}", size)}`,
	(size) => `[${repeat("0,", size)}0]`,
	(size) => `{"$set":[${Array.from({ length: size }, (_, index) => index).join()}]}`,
	(size) => `{"$map":[${Array.from({ length: size }, (_, index) => `[{"$bigint":"${index}"},0]`).join()}]}`,
	(size) => `{${Array.from({ length: size }, (_, index) => `"k${index}":${index}`).join()}}`,
	(size) => `["${repeat("\\u0000", size)}"]`,
	(size) => `["${repeat("a", size)}","${repeat("\\\\", size)}"]`,
	(size) => `[{"$bigint":"${repeat("9", size)}"}]`,
	// Numbers that hash alike.
	(size) => `[{"$set":[${Array.from({ length: size }, (_, index) => `{"$bigint":"${BigInt(index) << 64n}"}`).join()}]}]`,
	(size) => `[${repeat("9", size)}]`,
	(size) => `[{"url":"https://${repeat("a.", size)}example.com/${repeat("../", size)}","method":"GET"}]`,
	(size) => `["/workspace/output/${repeat("a/../", size)}b","x"]`,
	(size) => `["SELECT ${repeat("(", size)}1${repeat(")", size)}"]`,
	(size) => `[{"prompt":"${repeat("\u{1f469}\u200d", size)}"}]`,
	(size) => `[{"question":"x","schema":${repeat('{"items":', Math.min(size, 900))}{}${repeat("}", Math.min(size, 900))}}]`,
	(size) => repeat('{"$map":[[', size),
	(size) => repeat(" ", size),
];

/** How many of fast-check's values are encoded and mutated from. */
const SAMPLES = 2_000;
const SIZES = [1, 2, 9, 60, 101, 400, 3_000];
const LONGEST = 20_000;

/** Texts as they may come from an isolate: honest ones, honest ones that were changed, and hostile ones. */
export class FuzzTexts {
	readonly #chance: Chance;
	readonly #honest: string[];

	/** @param honest texts of the kinds that are read */
	constructor(chance: Chance, seed: number, honest: readonly string[]) {
		this.#chance = chance;
		const samples = fc.sample(arbitraryValue, { numRuns: SAMPLES, seed }).flatMap((value) => {
			const encoding = encodeValue(value);
			return encoding.kind === "encoded" ? [encoding.text, `[${encoding.text}]`] : [];
		});
		this.#honest = [...honest, ...samples];
	}

	/** @param near a text of the kind that is wanted, to begin with more often than not */
	next(near: string | null): string {
		const which = this.#chance.int(100);
		if (which < 2) return this.#chance.pick(DEAR)(this.#chance.pick(SIZES));
		// Now and then as large as the wall lets through.
		if (which === 2 && this.#chance.isIn(0.002)) return this.#chance.pick(DEAR)(LIMITS.argumentBytes >> 3);
		if (which < 6) return this.#soup();
		const base = near !== null && which < 70 ? near : this.#chance.pick(this.#honest);
		return this.#mutate(base, this.#chance.int(4));
	}

	#soup(): string {
		let text = "";
		for (let left = this.#chance.between(1, 12); left > 0; left -= 1) text += this.#chance.pick(PIECES);
		return text;
	}

	#mutate(base: string, times: number): string {
		let text = base;
		for (let left = times; left > 0; left -= 1) text = this.#mutateOnce(text);
		return text.slice(0, LONGEST);
	}

	#mutateOnce(text: string): string {
		const chance = this.#chance;
		const [at, to] = [chance.int(text.length + 1), chance.int(text.length + 1)].sort((one, other) => one - other);
		const [from, until] = [at ?? 0, to ?? 0];
		switch (chance.int(12)) {
			case 0:
				return text.slice(0, from) + text.slice(until);
			case 1:
				return text.slice(0, from) + chance.pick(PIECES) + text.slice(from);
			case 2:
				return text.slice(0, from) + chance.pick(PIECES) + text.slice(Math.min(until, from + 8));
			case 3:
				return text.slice(0, until) + text.slice(from);
			case 4:
				return text.slice(0, from) + String.fromCharCode(chance.int(chance.isIn(0.5) ? 128 : 65_536)) + text.slice(from + 1);
			case 5:
				return text.slice(0, from);
			default:
				return this.#swapValue(text);
		}
	}

	/** Puts another value in the place of a string, a number or a word: what comes out is JSON still, mostly. */
	#swapValue(text: string): string {
		const starts: number[] = [];
		for (let index = 0; index < text.length && starts.length < 40; index += 1) {
			const before = text.charAt(index - 1);
			if (before === ":" || before === "[" || before === ",") starts.push(index);
		}
		const start = this.#chance.maybe(starts);
		if (start === undefined) return text;
		const end = endOfValue(text, start);
		const other = this.#chance.isIn(0.5) ? this.#chance.pick(PIECES) : this.#chance.pick(this.#honest);
		return text.slice(0, start) + other + text.slice(end);
	}
}

/** Where a value ends that begins at a place: at the comma or bracket that follows, as far as one pass tells. */
const endOfValue = (text: string, start: number): number => {
	let depth = 0;
	let isText = false;
	for (let index = start; index < text.length; index += 1) {
		const char = text.charAt(index);
		if (isText) {
			if (char === "\\") index += 1;
			else if (char === '"') isText = false;
			continue;
		}
		if (char === '"') isText = true;
		else if (char === "[" || char === "{") depth += 1;
		else if ((char === "]" || char === "}" || char === ",") && depth === 0) return index;
		else if (char === "]" || char === "}") depth -= 1;
	}
	return text.length;
};
