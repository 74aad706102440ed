import { LIMITS } from "../../../contract/limits.ts";
import { compileSchema } from "./compile-schema.ts";
import { isJsonObject, plainJsonFinding } from "./plain-json.ts";

/** Most schemas that are looked at, and the most characters or items that one value is filled up to. */
const MOST_SCHEMAS = 400;
const MOST_FILLED = 1_000;

/**
 * A small value that fits a JSON Schema, for an answer that nobody gave: only what is required, first alternatives, zeros and empty texts. Null where none is
 * found so easily (a pattern, alternatives that exclude each other); what is given always fits.
 */
export const minimalValue = (schema: unknown): unknown => {
	if (plainJsonFinding(schema, { depth: LIMITS.schemaDepth, nodes: LIMITS.schemaNodes }) !== null) return null;
	const compiled = compileSchema(schema, { unknownKeywords: "ignore" });
	const value = new Guesser(schema).value(schema, 0);
	return compiled.kind === "schema" && compiled.check(value) === null ? value : null;
};

class Guesser {
	readonly #document: unknown;
	#schemas = 0;

	constructor(document: unknown) {
		this.#document = document;
	}

	value(schema: unknown, depth: number): unknown {
		this.#schemas += 1;
		if (!isJsonObject(schema) || depth > LIMITS.schemaDepth || this.#schemas > MOST_SCHEMAS) return null;
		const field = (key: string): unknown => own(schema, key);
		if (Object.hasOwn(schema, "const")) return field("const");
		const [given, ref, parts] = [field("enum"), field("$ref"), field("allOf")];
		if (Array.isArray(given)) return given[0];
		if (typeof ref === "string") return this.value(this.#target(ref), depth + 1);
		if (Array.isArray(parts)) return this.value(joined([schema, ...parts]), depth + 1);
		const alternatives = field("anyOf") ?? field("oneOf");
		if (Array.isArray(alternatives)) return this.value(joined([schema, alternatives[0]]), depth + 1);
		const type = field("type");
		return this.#typed(Array.isArray(type) ? type[0] : (type ?? (field("properties") === undefined ? undefined : "object")), schema, depth);
	}

	#typed(type: unknown, schema: Record<string, unknown>, depth: number): unknown {
		switch (type) {
			case "string":
				return textFor(schema);
			case "integer":
			case "number":
				return numberFor(schema, type === "integer");
			case "boolean":
				return false;
			case "array":
				return this.#items(schema, depth);
			case "object":
				return this.#fields(schema, depth);
			default:
				return null;
		}
	}

	#items(schema: Record<string, unknown>, depth: number): unknown[] {
		const [prefix, items] = [own(schema, "prefixItems"), own(schema, "items")];
		const fixed: readonly unknown[] = Array.isArray(prefix) ? prefix : [];
		return Array.from({ length: countOf(own(schema, "minItems")) }, (_, index) => this.value(fixed[index] ?? items, depth + 1));
	}

	#fields(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
		const [properties, required] = [own(schema, "properties"), own(schema, "required")];
		const names: readonly unknown[] = Array.isArray(required) ? required : [];
		const shapeOf = (name: string): unknown =>
			(isJsonObject(properties) ? own(properties, name) : undefined) ?? own(schema, "additionalProperties");
		return Object.fromEntries(names.map((name) => [String(name), this.value(shapeOf(String(name)), depth + 1)]));
	}

	/** What a JSON Pointer of the plain kind leads to; undefined for any other. */
	#target(ref: string): unknown {
		let at = this.#document;
		for (const part of ref.split("/").slice(1))
			at = isJsonObject(at) ? own(at, part.replaceAll("~1", "/").replaceAll("~0", "~")) : undefined;
		return at;
	}
}

const own = (object: Record<string, unknown>, key: string): unknown => Object.getOwnPropertyDescriptor(object, key)?.value;

/** What several schemas ask together: fields and required names of all, of other keywords the last one's. */
const joined = (schemas: readonly unknown[]): Record<string, unknown> => {
	const parts = schemas.filter(isJsonObject);
	const properties = parts.flatMap((part) => {
		const fields = own(part, "properties");
		return isJsonObject(fields) ? Object.entries(fields) : [];
	});
	const required = parts.flatMap((part) => {
		const names = own(part, "required");
		return Array.isArray(names) ? names : [];
	});
	const rest = parts.flatMap((part) => Object.entries(part)).filter(([key]) => !COMBINING.has(key));
	// The combining keywords of the parts below the first are looked at in their turn.
	const below = parts.slice(1).flatMap((part) => Object.entries(part).filter(([key]) => COMBINING.has(key)));
	return Object.fromEntries([
		...rest,
		...below,
		...(properties.length === 0 ? [] : [["properties", Object.fromEntries(properties)] as const]),
		...(required.length === 0 ? [] : [["required", required] as const]),
	]);
};
const COMBINING: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf"]);

const countOf = (value: unknown): number => (typeof value === "number" ? Math.min(value, MOST_FILLED) : 0);

const EXAMPLES: ReadonlyMap<unknown, string> = new Map([
	["date-time", "1970-01-01T00:00:00Z"],
	["date", "1970-01-01"],
	["email", "nobody@example.com"],
	["uri", "https://example.com/"],
	["uuid", "00000000-0000-0000-0000-000000000000"],
]);

const textFor = (schema: Record<string, unknown>): string =>
	EXAMPLES.get(own(schema, "format")) ?? "-".repeat(countOf(own(schema, "minLength")));

/** Zero where it fits, else the nearest bound. */
const numberFor = (schema: Record<string, unknown>, whole: boolean): number => {
	const bound = (key: string): number | null => {
		const value = own(schema, key);
		return typeof value === "number" ? value : null;
	};
	const step = bound("multipleOf") ?? (whole ? 1 : Number.MIN_VALUE);
	const [above, below] = [bound("exclusiveMinimum"), bound("exclusiveMaximum")];
	const least = Math.max(bound("minimum") ?? Number.NEGATIVE_INFINITY, above === null ? Number.NEGATIVE_INFINITY : nextAfter(above, step));
	const most = Math.min(bound("maximum") ?? Number.POSITIVE_INFINITY, below === null ? Number.POSITIVE_INFINITY : -nextAfter(-below, step));
	if (least > 0) return step >= 1 ? Math.ceil(least / step) * step : least;
	if (most < 0) return step >= 1 ? Math.floor(most / step) * step : most;
	return 0;
};

/** A number above another: the next step of whole ones, else as near as is easy. */
const nextAfter = (value: number, step: number): number =>
	step >= 1 ? Math.floor(value / step) * step + step : value + Math.max(Math.abs(value), 1) / 2;
