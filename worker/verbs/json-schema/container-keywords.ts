import { canonicalJson } from "./canonical-json.ts";
import type { LinearPattern } from "./linear-pattern.ts";
import { isJsonObject } from "./plain-json.ts";
import type { SchemaBuilder, SchemaFields } from "./schema-source.ts";
import { type Checker, type Finding, type Place, placeOf, type SchemaWalk } from "./schema-walk.ts";

/** `prefixItems`, `items`, `minItems`, `maxItems`, `uniqueItems`: of arrays only; other values fit. */
export const arrayKeywords = (fields: SchemaFields, builder: SchemaBuilder): Checker[] => {
	const prefix = (fields.list("prefixItems") ?? []).map((schema, index) =>
		builder.checker(schema, placeOf(fields.at("prefixItems"), index)),
	);
	const rest = fields.get("items") === undefined ? null : builder.checker(fields.get("items"), fields.at("items"));
	const [least, most] = [fields.count("minItems") ?? 0, fields.count("maxItems") ?? Number.POSITIVE_INFINITY];
	const unique = fields.flag("uniqueItems");
	if (prefix.length === 0 && rest === null && least === 0 && most === Number.POSITIVE_INFINITY && !unique) return [];
	return [
		(value, place, walk) => {
			if (!Array.isArray(value)) return null;
			if (value.length < least) return { place, value, wanted: `at least ${least} items, not ${value.length}` };
			if (value.length > most) return { place, value, wanted: `at most ${most} items, not ${value.length}` };
			for (let index = 0; index < value.length; index += 1) {
				const checker = prefix[index] ?? rest;
				if (checker === null) break;
				const finding = walk.enter(checker, value[index], placeOf(place, index));
				if (finding !== null) return finding;
			}
			return unique ? repeatedItem(value, place, walk) : null;
		},
	];
};

/** Equal items have the same canonical text, so that one pass with a Set finds them. */
const repeatedItem = (items: readonly unknown[], place: Place | null, walk: SchemaWalk): Finding | null => {
	const seen = new Set<string>();
	for (const [index, item] of items.entries()) {
		const text = countedText(item, walk);
		if (seen.has(text)) return { place: placeOf(place, index), value: item, wanted: "an item that is not in the list twice" };
		seen.add(text);
	}
	return null;
};

const CHARS_A_STEP = 64;

/** The canonical text of a value, its work counted. */
export const countedText = (value: unknown, walk: SchemaWalk): string => {
	countValues(value, walk);
	return canonicalJson(value);
};

const countValues = (value: unknown, walk: SchemaWalk): void => {
	walk.spend(1);
	if (typeof value === "string") walk.spend(Math.ceil(value.length / CHARS_A_STEP));
	if (Array.isArray(value)) for (const item of value) countValues(item, walk);
	else if (isJsonObject(value)) {
		for (const key of Object.keys(value)) {
			walk.spend(Math.ceil(key.length / CHARS_A_STEP));
			countValues(value[key], walk);
		}
	}
};

/** `properties`, `required`, `patternProperties`, `additionalProperties`, `propertyNames`: of objects only; other values fit. Own properties alone count. */
export const objectKeywords = (fields: SchemaFields, builder: SchemaBuilder): Checker[] => {
	const named = new Map(
		(fields.entries("properties") ?? []).map(([key, schema]) => [key, builder.checker(schema, placeOf(fields.at("properties"), key))]),
	);
	const required = fields.texts("required");
	const optional = (keyword: string): Checker | null =>
		fields.get(keyword) === undefined ? null : builder.checker(fields.get(keyword), fields.at(keyword));
	const patterns = readPatterns(fields, builder);
	const rules: FieldRules = {
		named,
		patterns: patterns.flatMap(({ pattern, checker }) => (pattern === null ? [] : [{ pattern, checker }])),
		rest: patterns.some(({ pattern }) => pattern === null) ? null : optional("additionalProperties"),
	};
	const names = optional("propertyNames");
	const closed = rules.rest !== null && fields.get("additionalProperties") === false;
	const checkers: Checker[] = [];
	if (required.length > 0) checkers.push(requiredFields(required));
	if (named.size > 0 || rules.patterns.length > 0 || rules.rest !== null || names !== null)
		checkers.push((value, place, walk) => (isJsonObject(value) ? checkFields(value, place, walk, { ...rules, names, closed }) : null));
	return checkers;
};

interface FieldRules {
	readonly named: ReadonlyMap<string, Checker>;
	readonly patterns: readonly { readonly pattern: LinearPattern; readonly checker: Checker }[];
	/** Null also where a pattern is left unchecked: it may have fitted any name, so that nothing is known to be additional. */
	readonly rest: Checker | null;
}

const readPatterns = (
	fields: SchemaFields,
	builder: SchemaBuilder,
): readonly { readonly pattern: LinearPattern | null; readonly checker: Checker }[] =>
	(fields.entries("patternProperties") ?? []).map(([source, schema]) => {
		const place = placeOf(fields.at("patternProperties"), source);
		return { pattern: builder.pattern(source, place), checker: builder.checker(schema, place) };
	});

const requiredFields =
	(required: readonly string[]): Checker =>
	(value, place, walk) => {
		if (!isJsonObject(value)) return null;
		walk.spend(required.length);
		const missing = required.find((key) => !Object.hasOwn(value, key));
		return missing === undefined ? null : { place: placeOf(place, missing), value: undefined, wanted: "a value: the field is required" };
	};

const checkFields = (
	value: Record<string, unknown>,
	place: Place | null,
	walk: SchemaWalk,
	rules: FieldRules & { readonly names: Checker | null; readonly closed: boolean },
): Finding | null => {
	for (const key of Object.keys(value)) {
		walk.spend(1);
		const here = placeOf(place, key);
		const nameFault = rules.names === null ? null : walk.enter(rules.names, key, here);
		if (nameFault !== null) return { place: here, value: key, wanted: `a name of a field that is ${nameFault.wanted}` };
		const named = rules.named.get(key);
		const fitting = rules.patterns.filter(({ pattern }) => pattern.test(key, walk));
		const checkers = [...(named === undefined ? [] : [named]), ...fitting.map(({ checker }) => checker)];
		if (checkers.length === 0 && rules.rest !== null) {
			if (rules.closed) return { place: here, value: value[key], wanted: "no field of that name" };
			checkers.push(rules.rest);
		}
		for (const checker of checkers) {
			const finding = walk.enter(checker, value[key], here);
			if (finding !== null) return finding;
		}
	}
	return null;
};
