import { LIMITS } from "../../../contract/limits.ts";
import { arrayKeywords, objectKeywords } from "./container-keywords.ts";
import { isJsonObject, plainJsonFinding } from "./plain-json.ts";
import { numberKeywords, stringKeywords } from "./scalar-keywords.ts";
import { patternReader, RefusedSchema, type SchemaBuilder, SchemaFields, type UnknownKeywords } from "./schema-source.ts";
import { type Checker, faultOf, OutOfSteps, type Place, placeOf, placeText, type SchemaFault, SchemaWalk } from "./schema-walk.ts";
import { combiningKeywords, equalityKeywords, typeKeyword } from "./value-keywords.ts";

/** A schema, ready to check values. */
export interface JsonSchema {
	readonly kind: "schema";
	/** The first fault of a value, or null when it fits. A value that is not plain JSON never fits, nor one whose check takes more than `schemaSteps`. */
	check(value: unknown): SchemaFault | null;
	/** The same, and the steps that it took. */
	checkCounted(value: unknown): { fault: SchemaFault | null; steps: number };
}

export type CompiledSchema = JsonSchema | { readonly kind: "refused"; readonly path: string; readonly why: string };

/**
 * Makes a JSON Schema ready: the closed subset of 2020-12 that KEYWORDS and ANNOTATIONS name (docs/design/verbs.md), which runs in bounded, counted work.
 * @param schema parsed JSON.
 * @param options `refuse` for schemas that tenants write: a keyword, format or pattern outside the subset refuses the schema, since it would promise
 *   a check that does not happen. `ignore` for schemas that others publish and check again themselves. Malformed keywords, references that lead
 *   nowhere or to another document, and schemas past the bounds are refused both times; `path` says where in the schema.
 */
export const compileSchema = (schema: unknown, options: { unknownKeywords: UnknownKeywords }): CompiledSchema => {
	const finding = plainJsonFinding(schema, { depth: LIMITS.schemaDepth, nodes: LIMITS.schemaNodes });
	if (finding !== null) return { kind: "refused", path: placeText(finding.place), why: `found something else, wanted ${finding.wanted}` };
	try {
		const root = new Builder(schema, options.unknownKeywords).build();
		const checkCounted = (value: unknown) => checkValue(root, value);
		return { kind: "schema", check: (value) => checkCounted(value).fault, checkCounted };
	} catch (error) {
		if (!(error instanceof RefusedSchema)) throw error;
		return { kind: "refused", path: error.path, why: error.message };
	}
};

const checkValue = (root: Checker, value: unknown): { fault: SchemaFault | null; steps: number } => {
	const walk = new SchemaWalk();
	try {
		const finding = plainJsonFinding(value) ?? walk.enter(root, value, null);
		return { fault: finding === null ? null : faultOf(finding), steps: walk.steps };
	} catch (error) {
		if (!(error instanceof OutOfSteps)) throw error;
		return { fault: { path: "", found: "a value that takes too long to check", wanted: "a smaller one" }, steps: walk.steps };
	}
};

const ANNOTATIONS: ReadonlySet<string> = new Set([
	...["$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples"],
	...["deprecated", "readOnly", "writeOnly"],
]);
const KEYWORDS: ReadonlySet<string> = new Set([
	...["$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf", "not"],
	...["properties", "required", "additionalProperties", "patternProperties", "propertyNames"],
	...["items", "prefixItems", "minItems", "maxItems", "uniqueItems"],
	...["minLength", "maxLength", "pattern", "format"],
	...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
]);

const NOTHING: Checker = (value, place) => ({ place, value, wanted: "nothing" });

class Builder implements SchemaBuilder {
	readonly unknown: UnknownKeywords;
	readonly pattern: SchemaBuilder["pattern"];
	readonly #document: unknown;
	readonly #references = new Map<string, Checker | null>();
	readonly #waiting: { readonly ref: string; readonly place: Place | null }[] = [];
	#branches = 0;
	#schemas = 0;

	constructor(document: unknown, unknown: UnknownKeywords) {
		this.#document = document;
		this.unknown = unknown;
		this.pattern = patternReader(unknown);
	}

	/** References are made one after another and not within each other, so that a chain of them needs no stack. */
	build(): Checker {
		const root = this.checker(this.#document, null);
		for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop())
			this.#references.set(next.ref, this.checker(this.#target(next.ref, next.place), next.place));
		return root;
	}

	checker(schema: unknown, place: Place | null): Checker {
		this.#schemas += 1;
		if (this.#schemas > LIMITS.schemaNodes) throw new RefusedSchema(place, `found more than ${LIMITS.schemaNodes} schemas`);
		if (schema === true) return () => null;
		if (schema === false) return NOTHING;
		if (!isJsonObject(schema)) throw new RefusedSchema(place, "found something else, wanted a schema: an object, true or false");
		const fields = new SchemaFields(schema, place);
		this.#checkKeywords(fields);
		const reference = fields.get("$ref") === undefined ? [] : [this.reference(fields.get("$ref"), fields.at("$ref"))];
		return all([
			...[...reference, ...typeKeyword(fields), ...equalityKeywords(fields), ...stringKeywords(fields, this), ...numberKeywords(fields)],
			...[...arrayKeywords(fields, this), ...objectKeywords(fields, this), ...combiningKeywords(fields, this)],
		]);
	}

	reference(ref: unknown, place: Place | null): Checker {
		if (typeof ref !== "string" || !(ref === "#" || ref.startsWith("#/")))
			throw new RefusedSchema(place, "found another reference, wanted one into this schema, like #/$defs/name");
		if (!this.#references.has(ref)) {
			this.#references.set(ref, null);
			this.#waiting.push({ ref, place });
		}
		return (value, at, walk) => walk.enter(this.#references.get(ref) ?? NOTHING, value, at);
	}

	branches(count: number, place: Place | null): void {
		this.#branches += count;
		if (this.#branches > LIMITS.schemaBranches) throw new RefusedSchema(place, `found more than ${LIMITS.schemaBranches} alternatives`);
	}

	#checkKeywords(fields: SchemaFields): void {
		if (this.unknown === "ignore") return;
		const strange = fields.keys().find((key) => !KEYWORDS.has(key) && !ANNOTATIONS.has(key));
		if (strange !== undefined)
			throw new RefusedSchema(placeOf(fields.place, strange), "found a keyword that is not checked here, wanted none");
	}

	/** What a JSON Pointer (RFC 6901) leads to in the document, by own properties. */
	#target(ref: string, place: Place | null): unknown {
		let at = this.#document;
		for (const part of ref.split("/").slice(1)) {
			const key = unescapePart(part, place).replaceAll("~1", "/").replaceAll("~0", "~");
			const field = typeof at === "object" && at !== null ? Object.getOwnPropertyDescriptor(at, key) : undefined;
			if (field === undefined) throw new RefusedSchema(place, "found a reference that leads nowhere");
			at = field.value;
		}
		return at;
	}
}

const unescapePart = (part: string, place: Place | null): string => {
	try {
		return decodeURIComponent(part);
	} catch {
		throw new RefusedSchema(place, "found a reference that is not well formed");
	}
};

const all =
	(checkers: readonly Checker[]): Checker =>
	(value, place, walk) => {
		for (const checker of checkers) {
			walk.spend(1);
			const finding = checker(value, place, walk);
			if (finding !== null) return finding;
		}
		return null;
	};
