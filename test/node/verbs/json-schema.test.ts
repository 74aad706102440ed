import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { compileSchema, type JsonSchema } from "../../../worker/verbs/json-schema/compile-schema.ts";
import { faultText } from "../../../worker/verbs/json-schema/schema-walk.ts";

const ready = (schema: unknown, unknownKeywords: "refuse" | "ignore" = "refuse"): JsonSchema => {
	const compiled = compileSchema(schema, { unknownKeywords });
	assert(compiled.kind === "schema", compiled.kind === "refused" ? `${compiled.path}: ${compiled.why}` : "");
	return compiled;
};

const faultIn = (schema: unknown, value: unknown): string => {
	const fault = ready(schema).check(value);
	return fault === null ? "fits" : faultText("argument", fault);
};

/** Cases in the manner of JSON-Schema-Test-Suite: schema, what fits, what does not. */
const CASES: readonly (readonly [schema: unknown, fits: readonly unknown[], not: readonly unknown[]])[] = [
	[true, [1, null, {}], []],
	[false, [], [1, null, {}]],
	[{}, [1, null, {}], []],
	[{ type: "integer" }, [1, 1.0, -0, 1e300], [1.5, "1", null, true]],
	[{ type: "number" }, [1, 1.5], ["1", null, true]],
	[{ type: ["string", "null"] }, ["", null], [1, [], {}]],
	[{ type: "object" }, [{}], [[], null, "x"]],
	[{ type: "array" }, [[]], [{}, null, { length: 0 }]],
	[{ enum: [1, "a", { x: [1, 2] }] }, [1, "a", { x: [1, 2] }], [2, "1", { x: [2, 1] }, [1], {}]],
	[{ const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }, null]],
	[{ const: null }, [null], [0, false, ""]],
	[{ const: 0 }, [0, -0], [false]],
	[{ required: ["a"] }, [{ a: 1 }, "no object", []], [{}, { b: 1 }]],
	[{ properties: { a: { type: "string" } } }, [{ a: "x" }, { b: 1 }, 7], [{ a: 1 }]],
	[{ properties: { a: {} }, additionalProperties: false }, [{ a: 1 }, {}], [{ b: 1 }]],
	[{ additionalProperties: { type: "number" } }, [{ a: 1 }], [{ a: "1" }]],
	[{ patternProperties: { "^x-": { type: "string" } }, additionalProperties: false }, [{ "x-a": "1" }], [{ "x-a": 1 }, { a: "1" }]],
	[{ propertyNames: { maxLength: 2 } }, [{ ab: 1 }], [{ abc: 1 }]],
	[{ items: { type: "number" } }, [[], [1, 2], "x"], [[1, "2"]]],
	[{ prefixItems: [{ type: "number" }], items: false }, [[1], []], [[1, 2], ["1"]]],
	[{ minItems: 1, maxItems: 2 }, [[1], [1, 2]], [[], [1, 2, 3]]],
	[
		{ uniqueItems: true },
		[
			[1, "1", true, null],
			[{ a: 1 }, { a: 2 }],
		],
		[
			[1, 1.0],
			[0, -0],
			[
				{ a: 1, b: 2 },
				{ b: 2, a: 1 },
			],
		],
	],
	[{ minLength: 2, maxLength: 2 }, ["ab", "😀😀", 5], ["a", "abc", "😀"]],
	[{ minimum: 1, maximum: 3 }, [1, 3, "9"], [0.9, 3.1]],
	[{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, [2], [1, 3]],
	[{ multipleOf: 0.1 }, [0.3, 1, 0.7], [0.35]],
	[{ multipleOf: 3 }, [9, 0, -3], [10]],
	[{ pattern: "^a+$" }, ["a", "aaa", 7], ["b", "ab", ""]],
	[{ pattern: "b" }, ["abc"], ["ac"]],
	[{ pattern: "^\\u0041\\d{2}\\/[\\w.-]+$" }, ["A12/a.b-c"], ["A1/a"]],
	[
		{ format: "date-time" },
		["2026-01-31T12:00:00Z", "2024-02-29T23:59:60.123+05:30"],
		["2026-01-31", "2026-02-29T00:00:00Z", "2026-01-31T24:00:00Z"],
	],
	[{ format: "date" }, ["2026-12-31", "2000-02-29"], ["2026-13-01", "1900-02-29", "2026-1-1", "2026-00-10"]],
	[{ format: "email" }, ["a.b+c@example.co.uk"], ["a@b", "a@@b.c", "@b.c", "a..b@c.d", "a@-b.c", "a b@c.d"]],
	[{ format: "uri" }, ["https://a.example/b?c#d", "urn:isbn:1"], ["a/b", "//a", "https://a b", "https://", "1:a"]],
	[{ format: "uuid" }, ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", ""]],
	[{ anyOf: [{ type: "string" }, { minimum: 3 }] }, ["x", 3], [2]],
	[{ oneOf: [{ minimum: 3 }, { maximum: 5, type: "number" }] }, [2, 6], [4]],
	[{ allOf: [{ minimum: 3 }, { maximum: 5 }] }, [4], [2, 6]],
	[{ not: { type: "string" } }, [1], ["x"]],
	[{ $ref: "#/$defs/a", $defs: { a: { type: "string" } }, minLength: 2 }, ["ab"], [1, "a"]],
	[{ $ref: "#/definitions/a~1b%20c", definitions: { "a/b c": { type: "string" } } }, ["x"], [1]],
	[
		{ type: "object", properties: { next: { $ref: "#" } }, additionalProperties: false },
		[{ next: { next: {} } }],
		[{ next: { other: 1 } }, 5],
	],
];

describe("checking a value", () => {
	test.each(CASES)("%j takes what fits and nothing else", (schema, fits, not) => {
		const { check } = ready(schema);
		for (const value of fits) expect(check(value), JSON.stringify(value)).toBeNull();
		for (const value of not) expect(check(value), JSON.stringify(value)).not.toBeNull();
	});

	test("the first fault is named by path, what was found and what was wanted", () => {
		const schema = {
			type: "object",
			required: ["to", "lines"],
			properties: {
				to: { type: "string", pattern: "^acct_" },
				lines: { type: "array", maxItems: 2, items: { type: "object", properties: { "a b": { type: "integer", minimum: 1 } } } },
			},
			additionalProperties: false,
		};
		expect(faultIn(schema, { to: "acct_1", lines: [] })).toBe("fits");
		expect(faultIn(schema, { to: "acct_1" })).toBe("argument.lines: found nothing, wanted a value: the field is required");
		expect(faultIn(schema, { to: "x", lines: [] })).toBe('argument.to: found "x", wanted a string that fits /^acct_/');
		expect(faultIn(schema, { to: "acct_", lines: [{}, { "a b": 0 }] })).toBe(
			'argument.lines[1]["a b"]: found 0, wanted a number of at least 1',
		);
		expect(faultIn(schema, { to: "acct_", lines: [], x: 1 })).toBe("argument.x: found 1, wanted no field of that name");
		expect(faultIn({ anyOf: [{ type: "string" }, { type: "null" }] }, 7)).toBe("argument: found 7, wanted a string or null");
		expect(faultIn({ anyOf: [{ type: "string" }, { properties: { a: { const: 1 } }, type: "object" }] }, { a: 2 })).toBe(
			"argument.a: found 2, wanted 1",
		);
	});

	test("what is not plain JSON fits no schema, not even `true`", () => {
		class Money {
			amount = 1;
		}
		const circle: Record<string, unknown> = {};
		circle["self"] = circle;
		let ran = false;
		const getter = Object.defineProperty({}, "amount", {
			enumerable: true,
			get: () => {
				ran = true;
				return 1;
			},
		});
		const holes: unknown[] = [];
		holes.length = 2;
		const bad = [
			undefined,
			Number.NaN,
			Number.POSITIVE_INFINITY,
			1n,
			new Map(),
			new Set(),
			new Date(),
			new Uint8Array(1),
			new Money(),
			circle,
		];
		for (const value of [...bad, getter, holes, "\ud800", { "\udc00": 1 }, () => 1, Symbol("x"), [undefined], { a: undefined }]) {
			expect(ready(true).check(value)).not.toBeNull();
			expect(ready({}).check({ deep: [value] })).not.toBeNull();
		}
		expect(ran).toBe(false);
		expect(faultIn({}, { a: [new Date(0)] })).toBe("argument.a[0]: found a Date, wanted a JSON value");
	});

	test("only own properties count, whatever their names", () => {
		const schema = { properties: { constructor: { type: "string" }, toString: { type: "string" } }, required: ["a"] };
		expect(faultIn(schema, { a: 1 })).toBe("fits");
		expect(faultIn({ required: ["constructor"] }, {})).toContain(".constructor: found nothing");
		expect(faultIn({ required: ["__proto__"] }, {})).toContain(".__proto__: found nothing");
		const polluted = JSON.parse('{"__proto__":{"a":1}}');
		expect(faultIn(schema, polluted)).toContain(".a: found nothing");
		expect(faultIn({ properties: { a: {} }, additionalProperties: false }, polluted)).toContain(".__proto__: found an object");
		const named = JSON.parse('{"properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}');
		expect(faultIn(named, polluted)).toContain(".__proto__: found an object, wanted a string");
		expect(faultIn(named, JSON.parse('{"__proto__":"x"}'))).toBe("fits");
		expect(Reflect.get({}, "a")).toBeUndefined();
	});

	test("depth and count end a check at the bound and one over", () => {
		const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
		expect(ready(true).check(nested(LIMITS.valueDepth))).toBeNull();
		expect(ready(true).check(nested(LIMITS.valueDepth + 1))?.wanted).toContain("levels of nesting");
		expect(ready(true).check(Array.from({ length: LIMITS.valueNodes - 1 }, () => 0))).toBeNull();
		expect(ready(true).check(Array.from({ length: LIMITS.valueNodes }, () => 0))).not.toBeNull();
	});
});

describe("beside zod", () => {
	const scalar = fc.oneof(
		fc.constantFrom({ type: "string" }, { type: "number" }, { type: "integer" }, { type: "boolean" }, { type: "null" }),
		fc.record({ type: fc.constant("string"), minLength: fc.nat(3), maxLength: fc.integer({ min: 3, max: 5 }) }),
		fc.record({ type: fc.constant("number"), minimum: fc.integer({ min: -3, max: 1 }), exclusiveMaximum: fc.integer({ min: 1, max: 4 }) }),
		fc.record({
			enum: fc.uniqueArray(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("a", "b", "")), { minLength: 1, maxLength: 3 }),
		}),
		fc.constantFrom({ type: "string", pattern: "^a" }, { type: "integer", multipleOf: 2 }, { const: "a" }, {}),
	);
	const { schema: schemas } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
		schema: fc.oneof(
			{ maxDepth: 3, withCrossShrink: true },
			scalar,
			fc.record({ type: fc.constant("array"), items: tie("schema"), minItems: fc.nat(1), maxItems: fc.integer({ min: 1, max: 3 }) }),
			fc.record({ anyOf: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }) }),
			fc.record({
				type: fc.constant("object"),
				properties: fc.record({ a: tie("schema"), b: tie("schema") }),
				required: fc.constantFrom(["a"], ["a", "b"], []),
				additionalProperties: fc.boolean(),
			}),
		),
	}));
	const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
		value: fc.oneof(
			{ maxDepth: 3 },
			fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom("", "a", "b", "abc", "abcdef", null, true, false, 0.5)),
			fc.array(tie("value"), { maxLength: 3 }),
			fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
		),
	}));

	test("both take the same values", () => {
		let fitting = 0;
		fc.assert(
			fc.property(schemas, fc.array(values, { minLength: 8, maxLength: 8 }), (schema, samples) => {
				const [ours, theirs] = [ready(schema), z.fromJSONSchema(schema)];
				for (const sample of samples) {
					const fits = ours.check(sample) === null;
					if (fits) fitting += 1;
					expect(fits, `${JSON.stringify(schema)} on ${JSON.stringify(sample)}`).toBe(theirs.safeParse(sample).success);
				}
			}),
			{ numRuns: 500 },
		);
		expect(fitting).toBeGreaterThan(200);
	});
});
