import { LIMITS } from "../../contract/limits.ts";
import { isJsonObject } from "../verbs/json-schema/plain-json.ts";
import type { OpenApiDocument } from "./read-document.ts";

/** What a `$ref` stands for; undefined when it leads nowhere, in a circle, or to another document. */
export type Resolved = unknown;

/** A part of a document, behind its references: each leads into the document itself, and nothing is ever fetched. */
export const resolve = (document: OpenApiDocument, part: unknown): Resolved => {
	let at = part;
	for (let step = 0; step <= LIMITS.openApiRefSteps; step += 1) {
		const ref = isJsonObject(at) && Object.hasOwn(at, "$ref") ? at["$ref"] : undefined;
		if (ref === undefined) return at;
		if (typeof ref !== "string") return undefined;
		at = follow(document, ref);
	}
	return undefined;
};

/** What a JSON Pointer (RFC 6901) leads to, by own properties. */
const follow = (document: OpenApiDocument, ref: string): unknown => {
	if (!ref.startsWith("#/")) return undefined;
	let at: unknown = document;
	for (const part of ref.slice(2).split("/")) {
		const key = unescapePart(part);
		const field = typeof at === "object" && at !== null ? Object.getOwnPropertyDescriptor(at, key) : undefined;
		if (field === undefined) return undefined;
		at = field.value;
	}
	return at;
};

const unescapePart = (part: string): string => {
	try {
		return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
	} catch {
		return part;
	}
};

export type ClosedSchema = { kind: "closed"; schema: Readonly<Record<string, unknown>> } | { kind: "unresolved"; why: string };

/**
 * A schema that stands by itself: what it refers to in the document moves into its `$defs`, and OpenAPI's own words become JSON Schema's. Schemas may name
 * each other in a circle. Stops past LIMITS.schemaNodes values.
 */
export const closeSchema = (document: OpenApiDocument, schema: unknown): ClosedSchema => {
	const names = new Map<string, string>();
	const waiting: string[] = [];
	const definitions: [string, unknown][] = [];
	let nodes = 0;
	const nameOf = (ref: string): string => {
		const known = names.get(ref);
		if (known !== undefined) return known;
		const name = `d${names.size + 1}`;
		names.set(ref, name);
		waiting.push(ref);
		return name;
	};
	const copySchema = (value: unknown, depth: number): unknown => {
		nodes += 1;
		if (nodes > LIMITS.schemaNodes || depth > LIMITS.schemaDepth) throw new Unresolved("its input schema is too large");
		if (Array.isArray(value)) return value.map((item: unknown) => copySchema(item, depth + 1));
		if (!isJsonObject(value)) return value;
		if (typeof value["$ref"] === "string") return { $ref: `#/$defs/${nameOf(value["$ref"])}` };
		return Object.fromEntries(translate(value).map(([key, item]) => [key, copyKeyword(key, item, depth + 1)]));
	};
	const copyKeyword = (key: string, value: unknown, depth: number): unknown => {
		if (SCHEMAS.has(key)) return copySchema(value, depth);
		if (!NAMED_SCHEMAS.has(key) || !isJsonObject(value)) return count(value, depth);
		return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copySchema(item, depth + 1)]));
	};
	const count = (value: unknown, depth: number): unknown => {
		nodes += 1;
		if (nodes > LIMITS.schemaNodes || depth > LIMITS.schemaDepth) throw new Unresolved("its input schema is too large");
		for (const item of typeof value === "object" && value !== null ? Object.values(value) : []) count(item, depth + 1);
		return value;
	};
	try {
		const root = copySchema(schema, 0);
		for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop()) {
			const target = follow(document, ref);
			if (target === undefined) throw new Unresolved("its input schema refers to something that is not in the document");
			definitions.push([nameOf(ref), copySchema(target, 1)]);
		}
		const own = isJsonObject(root) ? root : {};
		return { kind: "closed", schema: definitions.length === 0 ? own : { ...own, $defs: Object.fromEntries(definitions) } };
	} catch (failure) {
		if (failure instanceof Unresolved) return { kind: "unresolved", why: failure.message };
		throw failure;
	}
};

class Unresolved extends Error {}

/** Keywords whose value is a schema or a list of schemas, and those whose value maps names to schemas. */
const SCHEMAS = new Set(["items", "prefixItems", "additionalProperties", "propertyNames", "not", "anyOf", "oneOf", "allOf"]);
const NAMED_SCHEMAS = new Set(["properties", "patternProperties"]);
/** Says nothing about what fits. */
const DROPPED = new Set(["example", "examples", "xml", "externalDocs", "discriminator", "nullable", "deprecated"]);

/** OpenAPI 3.0 says `nullable` and `exclusiveMinimum: true` where JSON Schema says it otherwise. */
const translate = (schema: Readonly<Record<string, unknown>>): [string, unknown][] => {
	const isNullable = schema["nullable"] === true;
	return Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
		if (DROPPED.has(key) || key.startsWith("x-")) return [];
		if (key === "type" && isNullable && typeof value === "string") return [[key, [value, "null"]]];
		if (key === "enum" && isNullable && Array.isArray(value) && !value.includes(null)) return [[key, [...value, null]]];
		if (key === "exclusiveMinimum" && typeof value === "boolean") return value ? [[key, schema["minimum"]]] : [];
		if (key === "exclusiveMaximum" && typeof value === "boolean") return value ? [[key, schema["maximum"]]] : [];
		return [[key, value]];
	});
};
