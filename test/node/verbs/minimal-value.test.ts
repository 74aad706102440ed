import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileSchema } from "../../../worker/verbs/json-schema/compile-schema.ts";
import { minimalValue } from "../../../worker/verbs/json-schema/minimal-value.ts";

/** Schemas of the plain kind, for which a value is always found. */
const plain: fc.Arbitrary<unknown> = fc.letrec<{ schema: unknown }>((tie) => ({
	schema: fc.oneof(
		{ depthSize: "small", maxDepth: 4 },
		fc.constantFrom<unknown>({ type: "boolean" }, { type: "null" }, { const: [1] }, { enum: ["a", "b"] }, { type: ["string", "null"] }),
		fc.constantFrom("date-time", "date", "email", "uri", "uuid").map((format) => ({ type: "string", format })),
		fc.nat(50).map((minLength) => ({ type: "string", minLength, maxLength: minLength })),
		fc
			.tuple(fc.integer({ min: -99, max: 99 }), fc.nat(9))
			.map(([minimum, more]) => ({ type: "integer", minimum, maximum: minimum + more })),
		fc.integer({ min: -99, max: 99 }).map((exclusiveMinimum) => ({ type: "number", exclusiveMinimum })),
		fc.integer({ min: -99, max: 99 }).map((exclusiveMaximum) => ({ type: "integer", exclusiveMaximum })),
		fc.tuple(tie("schema"), fc.nat(3)).map(([items, minItems]) => ({ type: "array", items, minItems })),
		fc.dictionary(fc.constantFrom("a", "b c", "__proto__", "constructor", "length"), tie("schema"), { maxKeys: 3 }).map((properties) => ({
			type: "object",
			properties,
			required: Object.keys(properties),
			additionalProperties: false,
		})),
		fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
	),
})).schema;

const fits = (schema: unknown, value: unknown): boolean => {
	const compiled = compileSchema(schema, { unknownKeywords: "ignore" });
	return compiled.kind === "schema" && compiled.check(value) === null;
};

describe("a minimal value", () => {
	test("of a plain schema fits it", () => {
		fc.assert(
			fc.property(plain, (schema) => {
				expect(fits(schema, minimalValue(schema))).toBe(true);
			}),
		);
	});

	test("of anything at all fits it or is null", () => {
		fc.assert(
			fc.property(
				fc.json({ maxDepth: 4 }),
				fc.constantFrom("type", "items", "allOf", "$ref", "required", "enum", "minItems"),
				(json, key) => {
					for (const schema of [JSON.parse(json), { type: "object", [key]: JSON.parse(json) }]) {
						const value = minimalValue(schema);
						expect(value === null || fits(schema, value)).toBe(true);
					}
				},
			),
		);
	});

	test.each<[unknown, unknown]>([
		[{ type: "object", properties: { yes: { type: "boolean" }, why: { type: "string" } }, required: ["yes"] }, { yes: false }],
		[
			{ $ref: "#/$defs/a", $defs: { a: { type: "array", prefixItems: [{ type: "string" }], items: { type: "integer" }, minItems: 2 } } },
			["", 0],
		],
		[
			{
				allOf: [
					{ properties: { a: { type: "integer", minimum: 3 } }, required: ["a"] },
					{ required: ["b"], properties: { b: { const: 1 } } },
				],
				type: "object",
			},
			{ a: 3, b: 1 },
		],
		[{ oneOf: [{ type: "integer", multipleOf: 7, exclusiveMinimum: 7 }, { type: "string" }] }, 14],
		[{ type: "number", exclusiveMinimum: 0, maximum: 1 }, 0.5],
		[{ type: "number", maximum: -0.5 }, -0.5],
		[{}, null],
		[true, null],
		[false, null],
		[{ type: "string", pattern: "^acct_[0-9]+$" }, null],
		[{ not: { type: "null" } }, null],
		[7, null],
	])("of %j is %j", (schema, value) => {
		expect(minimalValue(schema)).toEqual(value);
	});

	test("of a schema that contains itself, or asks for very much, ends", () => {
		expect(minimalValue({ $ref: "#" })).toBe(null);
		expect(minimalValue({ type: "object", properties: { next: { $ref: "#" } }, required: ["next"] })).toBe(null);
		const wide = { type: "array", minItems: 1e9, items: { type: "array", minItems: 1e9, items: { $ref: "#" } } };
		expect(minimalValue(wide)).toBe(null);
	});
});
