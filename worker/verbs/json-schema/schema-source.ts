import { LIMITS } from "../../../contract/limits.ts";
import { type CompiledPattern, compilePattern, type LinearPattern } from "./linear-pattern.ts";
import { isJsonObject } from "./plain-json.ts";
import { type Checker, placeOf, placeText, type Place } from "./schema-walk.ts";

/** Why a schema cannot be used, and where in it. Thrown within the room, never past it. */
export class RefusedSchema extends Error {
	readonly path: string;
	constructor(place: Place | null, why: string) {
		super(why);
		this.path = placeText(place);
	}
}

/** What to do with a keyword, format or pattern that is not of the subset: refuse the schema, or leave it unchecked. */
export type UnknownKeywords = "refuse" | "ignore";

/** Makes checkers of the schemas in one document. */
export interface SchemaBuilder {
	readonly unknown: UnknownKeywords;
	/** @throws RefusedSchema */
	checker(schema: unknown, place: Place | null): Checker;
	/** The checker that a `$ref` names. It may still be in the making: schemas may name each other in a circle. @throws RefusedSchema */
	reference(ref: unknown, place: Place | null): Checker;
	/** Null where it may be left unchecked. @throws RefusedSchema */
	pattern(source: unknown, place: Place | null): LinearPattern | null;
	/** Counts alternatives. @throws RefusedSchema */
	branches(count: number, place: Place | null): void;
}

/** One keyword's fields of an object schema, read with their kind checked. */
export class SchemaFields {
	readonly place: Place | null;
	readonly #fields: Record<string, unknown>;

	constructor(fields: Record<string, unknown>, place: Place | null) {
		this.#fields = fields;
		this.place = place;
	}

	keys(): string[] {
		return Object.keys(this.#fields);
	}

	/** The value of a keyword; undefined when it is not there. */
	get(keyword: string): unknown {
		return Object.hasOwn(this.#fields, keyword) ? this.#fields[keyword] : undefined;
	}

	at(keyword: string): Place {
		return placeOf(this.place, keyword);
	}

	count(keyword: string): number | undefined {
		const value = this.number(keyword);
		if (value !== undefined && !(Number.isInteger(value) && value >= 0)) this.#refuse(keyword, "a whole number from 0");
		return value;
	}

	number(keyword: string): number | undefined {
		const value = this.get(keyword);
		return value === undefined || typeof value === "number" ? value : this.#refuse(keyword, "a number");
	}

	flag(keyword: string): boolean {
		const value = this.get(keyword) ?? false;
		return typeof value === "boolean" ? value : this.#refuse(keyword, "true or false");
	}

	list(keyword: string): readonly unknown[] | undefined {
		const value = this.get(keyword);
		return value === undefined || Array.isArray(value) ? value : this.#refuse(keyword, "a list");
	}

	texts(keyword: string): readonly string[] {
		const texts = (this.list(keyword) ?? []).filter((text) => typeof text === "string");
		return texts.length === (this.list(keyword) ?? []).length ? texts : this.#refuse(keyword, "a list of strings");
	}

	/** Entries of a keyword that maps names to something, by own keys. */
	entries(keyword: string): readonly (readonly [string, unknown])[] | undefined {
		const value = this.get(keyword);
		if (value === undefined) return undefined;
		return isJsonObject(value) ? Object.keys(value).map((key) => [key, value[key]] as const) : this.#refuse(keyword, "an object");
	}

	#refuse(keyword: string, wanted: string): never {
		throw new RefusedSchema(this.at(keyword), `found something else, wanted ${wanted}`);
	}
}

/** Reads patterns against one allowance of characters and instructions for the whole schema. A pattern that stands in it often is made once. */
export const patternReader = (unknown: UnknownKeywords): SchemaBuilder["pattern"] => {
	let room: number = LIMITS.schemaPatternProgram;
	let chars: number = LIMITS.schemaPatternCharsTotal;
	const made = new Map<string, CompiledPattern>();
	const make = (source: string): CompiledPattern => {
		chars -= source.length;
		if (chars < 0) return { kind: "refused", why: `found patterns of more than ${LIMITS.schemaPatternCharsTotal} characters together` };
		const compiled = compilePattern(source, room);
		if (compiled.kind === "pattern") room -= compiled.pattern.size;
		return compiled;
	};
	return (source, place) => {
		if (typeof source !== "string") throw new RefusedSchema(place, "found something else, wanted a string");
		const compiled = made.get(source) ?? make(source);
		made.set(source, compiled);
		if (compiled.kind === "pattern") return compiled.pattern;
		if (unknown === "ignore") return null;
		throw new RefusedSchema(place, compiled.why);
	};
};
