import { base64ToBytes, isBase64 } from "./base64.ts";
import { LIMITS } from "./limits.ts";

/** Why JSON is no encoded value, and where. Thrown within the codec, never past it. */
export class MalformedValue extends Error {}

export interface DecodeOptions {
	readonly depth: number;
	readonly nodes: number;
	/** Whether `$url` and `$headers` may stand in it: in arguments, not in results. */
	readonly web: boolean;
}

/** Parsed JSON as the value that it encodes. @throws MalformedValue */
export const decodeJson = (json: unknown, options: DecodeOptions): unknown => new Decoder(options, true).any(json, "value", 0);
/** Checks parsed JSON in the same walk, without making a Map or a Set. @throws MalformedValue */
export const checkJson = (json: unknown, options: DecodeOptions): void => {
	new Decoder(options, false).any(json, "value", 0);
};

const BYTE_KINDS: ReadonlySet<unknown> = new Set([
	"ArrayBuffer",
	"DataView",
	"Int8Array",
	"Uint8Array",
	"Uint8ClampedArray",
	"Int16Array",
	"Uint16Array",
	"Int32Array",
	"Uint32Array",
	"Float16Array",
	"Float32Array",
	"Float64Array",
	"BigInt64Array",
	"BigUint64Array",
]);
const ELEMENT_BYTES: ReadonlyMap<unknown, number> = new Map([
	["Int16Array", 2],
	["Uint16Array", 2],
	["Float16Array", 2],
	["Int32Array", 4],
	["Uint32Array", 4],
	["Float32Array", 4],
	["Float64Array", 8],
	["BigInt64Array", 8],
	["BigUint64Array", 8],
]);
const SPECIAL_NUMBERS: ReadonlyMap<unknown, number> = new Map([
	["NaN", Number.NaN],
	["Infinity", Number.POSITIVE_INFINITY],
	["-Infinity", Number.NEGATIVE_INFINITY],
	["-0", -0],
]);
const DECIMAL = /^(?:0|-?[1-9][0-9]*)$/;

const isObject = (json: unknown): json is Record<string, unknown> => typeof json === "object" && json !== null && !Array.isArray(json);

const NOTHING_BUILT = undefined;

class Decoder {
	readonly #options: DecodeOptions;
	/** False: only looked at, and hashes no items and keys. */
	readonly #builds: boolean;
	#nodes = 0;

	constructor(options: DecodeOptions, builds: boolean) {
		this.#options = options;
		this.#builds = builds;
	}

	any(json: unknown, path: string, depth: number): unknown {
		this.#nodes += 1;
		if (this.#nodes > this.#options.nodes) return malformed(path, `there are more than ${this.#options.nodes} values`);
		if (Array.isArray(json)) {
			this.#enter(path, depth);
			return json.map((item: unknown, index) => this.any(item, `${path}[${index}]`, depth + 1));
		}
		if (!isObject(json)) return json;
		const keys = Object.keys(json);
		const tag = keys.find((key) => key.startsWith("$"));
		if (tag !== undefined) return this.#tag(tag, keys.length, json, path, depth);
		this.#enter(path, depth);
		const object: Record<string, unknown> = {};
		for (const key of keys) define(object, key, this.any(json[key], `${path}.${key.slice(0, 60)}`, depth + 1));
		return object;
	}

	#enter(path: string, depth: number): void {
		if (depth >= this.#options.depth) malformed(path, `it is nested deeper than ${this.#options.depth}`);
	}

	#tag(tag: string, keyCount: number, json: Record<string, unknown>, path: string, depth: number): unknown {
		const body = json[tag];
		if (tag === "$bytes" && keyCount === 2) return this.#bytes(body, json["as"], path);
		if (keyCount !== 1) return malformed(path, "a tag has other keys beside it");
		switch (tag) {
			case "$undefined":
				return body === true ? undefined : malformed(path, "$undefined is not true");
			case "$number":
				return SPECIAL_NUMBERS.get(body) ?? malformed(path, "$number is not NaN, Infinity, -Infinity or -0");
			case "$bigint":
				return this.#bigint(body, path);
			case "$date":
				return this.#date(body, path);
			case "$map":
				return this.#map(body, path, depth);
			case "$set":
				return this.#set(body, path, depth);
			case "$object":
				return this.#object(body, path, depth);
			case "$url":
			case "$headers":
				if (this.#options.web) return tag === "$url" ? this.#url(body, path) : this.#headers(body, path);
		}
		return malformed(path, `${tag.slice(0, 60)} is no tag that may stand here`);
	}

	#bytes(body: unknown, kind: unknown, path: string): Uint8Array {
		if (typeof body !== "string" || !isBase64(body)) return malformed(path, "$bytes is not base64");
		if (!BYTE_KINDS.has(kind)) return malformed(path, "$bytes names no kind of bytes");
		const bytes = base64ToBytes(body);
		return bytes.length % (ELEMENT_BYTES.get(kind) ?? 1) === 0 ? bytes : malformed(path, "$bytes do not fit their kind");
	}

	#bigint(body: unknown, path: string): bigint {
		if (typeof body !== "string" || body.length > LIMITS.bigintDigits || !DECIMAL.test(body))
			return malformed(path, "$bigint is not a decimal number");
		return BigInt(body);
	}

	#date(body: unknown, path: string): Date {
		if (body === null) return new Date(Number.NaN);
		const date = new Date(typeof body === "string" ? body : Number.NaN);
		return Number.isFinite(date.getTime()) && date.toISOString() === body ? date : malformed(path, "$date is not a time in ISO 8601");
	}

	#map(body: unknown, path: string, depth: number): unknown {
		this.#enter(path, depth);
		const entries: [unknown, unknown][] = [];
		for (const [index, entry] of this.#pairs(body, path, "$map")) {
			const key = this.any(entry[0], `${path}.keys[${index}]`, depth + 1);
			entries.push([key, this.any(entry[1], `${path}.values[${index}]`, depth + 1)]);
		}
		if (!this.#builds) return NOTHING_BUILT;
		checkHashed(
			entries.map(([key]) => key),
			path,
			"$map",
		);
		return new Map(entries);
	}

	#set(body: unknown, path: string, depth: number): unknown {
		this.#enter(path, depth);
		if (!Array.isArray(body)) return malformed(path, "$set is not a list");
		const items = body.map((item: unknown, index) => this.any(item, `${path}.values[${index}]`, depth + 1));
		if (!this.#builds) return NOTHING_BUILT;
		checkHashed(items, path, "$set");
		return new Set(items);
	}

	#object(body: unknown, path: string, depth: number): Record<string, unknown> {
		this.#enter(path, depth);
		const object: Record<string, unknown> = {};
		for (const [, [key, item]] of this.#pairs(body, path, "$object")) {
			if (typeof key !== "string") return malformed(path, "$object has a key that is no string");
			define(object, key, this.any(item, `${path}.${key.slice(0, 60)}`, depth + 1));
		}
		return object;
	}

	#url(body: unknown, path: string): string {
		return typeof body === "string" && URL.canParse(body) ? body : malformed(path, "$url is not a URL");
	}

	#headers(body: unknown, path: string): [string, string][] {
		const pairs: [string, string][] = [];
		for (const [, [name, value]] of this.#pairs(body, path, "$headers")) {
			if (typeof name !== "string" || typeof value !== "string") return malformed(path, "$headers has a pair that is not two strings");
			pairs.push([name, value]);
		}
		return pairs;
	}

	*#pairs(body: unknown, path: string, tag: string): Generator<[number, readonly unknown[]]> {
		if (!Array.isArray(body)) return malformed(path, `${tag} is not a list`);
		for (const [index, entry] of body.entries()) {
			if (!Array.isArray(entry) || entry.length !== 2) malformed(path, `${tag} has an entry that is no pair`);
			yield [index, entry];
		}
	}
}

/** Strings hash with a seed, objects by identity; BigInts and numbers hash alike everywhere (LIMITS.hashedBigints). */
const checkHashed = (items: readonly unknown[], path: string, tag: string): void => {
	let bigints = 0;
	let numbers = 0;
	for (const item of items) {
		if (typeof item === "bigint") bigints += 1;
		else if (typeof item === "number") numbers += 1;
	}
	const where = tag === "$set" ? "items" : "keys";
	if (bigints > LIMITS.hashedBigints) malformed(path, `${tag} has more than ${LIMITS.hashedBigints} BigInts as ${where}`);
	if (numbers > LIMITS.hashedNumbers) malformed(path, `${tag} has more than ${LIMITS.hashedNumbers} numbers as ${where}`);
};

const malformed = (path: string, what: string): never => {
	throw new MalformedValue(`${path.slice(0, 400)}: ${what}`);
};

/** Sets an own property whatever its name is: `__proto__` must not reach the setter of that name. */
const define = (object: Record<string, unknown>, key: string, value: unknown): void => {
	Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
};
