import { bytesToBase64 } from "./base64.ts";
import { LIMITS } from "./limits.ts";

/** Why a value cannot be encoded, and where. Thrown within the codec, never past it. */
export class RefusedValue extends Error {
	readonly code: "not_serializable" | "too_large";
	readonly path: string;
	constructor(code: "not_serializable" | "too_large", path: string, message: string) {
		super(message);
		this.code = code;
		this.path = path;
	}
}

export interface EncodeOptions {
	readonly depth: number;
	readonly nodes: number;
	readonly bytes: number;
	/** Keys of objects in the order of their code units. */
	readonly sorted: boolean;
	/** The value at the root is an http answer: `{ $response: … }` is the tag. */
	readonly response: boolean;
}

/** The encoded text of a value. @throws RefusedValue */
export const encodeText = (value: unknown, options: EncodeOptions): string => new Encoder(options).encode(value);

const isPlain = (value: object): value is Record<string, unknown> => {
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === null || prototype === Object.prototype;
};

class Encoder {
	readonly #options: EncodeOptions;
	readonly #open: object[] = [];
	readonly #path: string[] = [];
	#nodes = 0;
	#bytes = 0;

	constructor(options: EncodeOptions) {
		this.#options = options;
	}

	encode(value: unknown): string {
		if (value === undefined) return "null";
		if (this.#options.response) {
			const response = this.#response(value);
			if (response !== null) return response;
		}
		return this.#any(value);
	}

	#refuse(code: "not_serializable" | "too_large", message: string): never {
		throw new RefusedValue(code, `value${this.#path.join("")}`.slice(0, 400), message);
	}

	/** Counts a lower bound of the bytes, so that a graph that unfolds to gigabytes ends early. */
	#spend(bytes: number): void {
		this.#bytes += bytes;
		if (this.#bytes > this.#options.bytes) this.#refuse("too_large", `it is more than ${this.#options.bytes} bytes as JSON`);
	}

	#any(value: unknown): string {
		this.#nodes += 1;
		if (this.#nodes > this.#options.nodes) this.#refuse("too_large", `there are more than ${this.#options.nodes} values`);
		switch (typeof value) {
			case "string":
				this.#spend(value.length + 2);
				return JSON.stringify(value);
			case "number":
				this.#spend(1);
				return Number.isFinite(value) && !Object.is(value, -0) ? `${value}` : `{"$number":"${Object.is(value, -0) ? "-0" : value}"}`;
			case "boolean":
				this.#spend(4);
				return value ? "true" : "false";
			case "undefined":
				return '{"$undefined":true}';
			case "bigint":
				return this.#bigint(value);
			case "object":
				return value === null ? "null" : this.#object(value);
			default:
				return this.#refuse("not_serializable", `it is a ${typeof value}`);
		}
	}

	#bigint(value: bigint): string {
		const digits = `${value}`;
		if (digits.length > LIMITS.bigintDigits) this.#refuse("too_large", `it is a BigInt of more than ${LIMITS.bigintDigits} digits`);
		this.#spend(digits.length);
		return `{"$bigint":"${digits}"}`;
	}

	#object(value: object): string {
		if (this.#open.includes(value)) this.#refuse("not_serializable", "it contains itself");
		if (value instanceof Date) return Number.isFinite(value.getTime()) ? `{"$date":"${value.toISOString()}"}` : '{"$date":null}';
		if (value instanceof ArrayBuffer) return this.#tagBytes(new Uint8Array(value), "ArrayBuffer");
		if (ArrayBuffer.isView(value)) return this.#tagBytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), viewName(value));
		if (value instanceof URL) return `{"$url":${this.#any(value.href)}}`;
		if (value instanceof Headers) return `{"$headers":${this.#list([...value], (pair, index) => this.#at(`[${index}]`, pair))}}`;
		if (this.#open.length >= this.#options.depth) this.#refuse("too_large", `it is nested deeper than ${this.#options.depth}`);
		this.#open.push(value);
		this.#spend(2);
		const text = this.#container(value);
		this.#open.pop();
		return text;
	}

	#container(value: object): string {
		if (Array.isArray(value)) return this.#list(Array.from<unknown>(value), (item, index) => this.#at(`[${index}]`, item));
		if (value instanceof Map) {
			const entry = ([key, item]: [unknown, unknown], index: number) =>
				`[${this.#at(`.keys[${index}]`, key)},${this.#at(`.values[${index}]`, item)}]`;
			return `{"$map":${this.#list([...value], entry)}}`;
		}
		if (value instanceof Set) return `{"$set":${this.#list([...value], (item, index) => this.#at(`.values[${index}]`, item))}}`;
		if (isPlain(value)) return this.#plain(value);
		return this.#refuse("not_serializable", "it is an instance of a class; wanted JSON, Date, Map, Set, BigInt or typed arrays");
	}

	#list<Item>(items: readonly Item[], encode: (item: Item, index: number) => string): string {
		return `[${items.map(encode).join(",")}]`;
	}

	#plain(value: Record<string, unknown>): string {
		const keys = Object.keys(value).filter((key) => value[key] !== undefined);
		if (this.#options.sorted) keys.sort();
		const tagged = keys.some(needsTag);
		const fields = keys.map((key) => {
			this.#spend(key.length + 3);
			const body = this.#at(stepOf(key), value[key]);
			return tagged ? `[${JSON.stringify(key)},${body}]` : `${JSON.stringify(key)}:${body}`;
		});
		return tagged ? `{"$object":[${fields.join(",")}]}` : `{${fields.join(",")}}`;
	}

	#at(step: string, value: unknown): string {
		this.#path.push(step);
		const text = this.#any(value);
		this.#path.pop();
		return text;
	}

	#tagBytes(bytes: Uint8Array, as: string): string {
		this.#spend((bytes.byteLength * 4) / 3);
		return `{"$bytes":"${bytesToBase64(bytes)}","as":"${as}"}`;
	}

	/** The tag of an http answer, or null when the value is none. */
	#response(value: unknown): string | null {
		if (typeof value !== "object" || value === null || !isPlain(value) || Object.keys(value).length !== 1) return null;
		const inner = value["$response"];
		return typeof inner === "object" && inner !== null ? `{"$response":${this.#at(".$response", inner)}}` : null;
	}
}

/** Keys that readers of JSON would take for a tag, or lose (zod drops `__proto__`). */
const needsTag = (key: string): boolean => key.startsWith("$") || key === "__proto__";

const viewName = (view: ArrayBufferView): string => Object.prototype.toString.call(view).slice("[object ".length, -1);

const stepOf = (key: string): string => {
	const short = key.length > 60 ? `${key.slice(0, 60)}…` : key;
	return /^[A-Za-z0-9_$]+$/.test(short) ? `.${short}` : `[${JSON.stringify(short)}]`;
};
