import { LIMITS } from "../../../contract/limits.ts";
import { isJsonObject, plainJsonFinding } from "./plain-json.ts";

const MOST_TYPES = 400;
const DEEPEST_REFERENCE = 4;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const REFERENCE = /^#\/(\$defs|definitions)\/([^/~%]+)$/;

/**
 * A TypeScript type, on one line, of the values that fit a JSON Schema: `{ to: string; amount?: number }`. As near as types come: bounds, patterns and
 * formats are not in it, nor any text of the schema but names of fields and literals. What it does not know, and what would pass
 * `schemaTypeChars`, is `unknown`.
 */
export const describeSchema = (schema: unknown): string => {
	if (plainJsonFinding(schema, { depth: LIMITS.schemaDepth, nodes: LIMITS.schemaNodes }) !== null) return "unknown";
	const text = new Describer(schema).type(schema, 0);
	return text.length > LIMITS.schemaTypeChars ? "unknown" : text;
};

class Describer {
	readonly #document: unknown;
	#types = 0;

	constructor(document: unknown) {
		this.#document = document;
	}

	type(schema: unknown, references: number): string {
		this.#types += 1;
		if (schema === false) return "never";
		if (!isJsonObject(schema) || this.#types > MOST_TYPES) return "unknown";
		if (typeof own(schema, "$ref") === "string") return this.#reference(own(schema, "$ref"), references);
		const literals = own(schema, "enum") ?? (Object.hasOwn(schema, "const") ? [own(schema, "const")] : undefined);
		if (Array.isArray(literals)) return union(literals.map(literal));
		const branches = own(schema, "anyOf") ?? own(schema, "oneOf");
		if (Array.isArray(branches)) return union(branches.map((branch) => this.type(branch, references)));
		const parts = own(schema, "allOf");
		if (Array.isArray(parts) && own(schema, "type") === undefined)
			return parts.map((part) => `(${this.type(part, references)})`).join(" & ");
		const types = own(schema, "type") ?? (own(schema, "properties") === undefined ? undefined : "object");
		return union((Array.isArray(types) ? types : [types]).map((type) => this.#named(type, schema, references)));
	}

	#named(type: unknown, schema: Record<string, unknown>, references: number): string {
		switch (type) {
			case "string":
			case "number":
			case "boolean":
			case "null":
				return type;
			case "integer":
				return "number";
			case "array":
				return this.#array(schema, references);
			case "object":
				return this.#object(schema, references);
			default:
				return "unknown";
		}
	}

	#array(schema: Record<string, unknown>, references: number): string {
		const [prefix, items] = [own(schema, "prefixItems"), own(schema, "items")];
		if (!Array.isArray(prefix)) return `(${this.type(items, references)})[]`.replace(/^\((\w+)\)/, "$1");
		const rest = items === false ? [] : [`...(${this.type(items, references)})[]`];
		return `[${[...prefix.map((item) => `(${this.type(item, references)})?`), ...rest].join(", ")}]`;
	}

	#object(schema: Record<string, unknown>, references: number): string {
		const [properties, required, rest] = [own(schema, "properties"), own(schema, "required"), own(schema, "additionalProperties")];
		const names = new Set<unknown>(Array.isArray(required) ? required : []);
		const named = isJsonObject(properties) ? Object.keys(properties) : [];
		const fields = named.map((key) => {
			const type = this.type(isJsonObject(properties) ? own(properties, key) : undefined, references);
			return `${IDENTIFIER.test(key) ? key : quoted(key)}${names.has(key) ? "" : "?"}: ${type}`;
		});
		if (rest !== false && (fields.length === 0 || isJsonObject(rest)))
			fields.push(`[key: string]: ${fields.length === 0 ? this.type(rest, references) : "unknown"}`);
		return fields.length === 0 ? "Record<string, never>" : `{ ${fields.join("; ")} }`;
	}

	#reference(ref: unknown, references: number): string {
		const [, group, name] = REFERENCE.exec(String(ref)) ?? [];
		if (group === undefined || name === undefined || references >= DEEPEST_REFERENCE || !isJsonObject(this.#document)) return "unknown";
		const definitions = own(this.#document, group);
		return this.type(isJsonObject(definitions) ? own(definitions, name) : undefined, references + 1);
	}
}

const own = (object: Record<string, unknown>, key: string): unknown => Object.getOwnPropertyDescriptor(object, key)?.value;

const union = (types: readonly string[]): string => {
	const distinct = [...new Set(types)];
	if (distinct.length === 0 || distinct.includes("unknown")) return "unknown";
	return distinct.join(" | ");
};

const literal = (value: unknown): string => {
	if (typeof value === "string") return quoted(value);
	return value === null || typeof value === "number" || typeof value === "boolean" ? String(value) : "unknown";
};

/** A string literal that ends no comment and no line that it may stand in. */
const quoted = (text: string): string =>
	JSON.stringify(text).replaceAll("*/", "*\\/").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
