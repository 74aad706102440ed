import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../worker/verbs/json-schema/canonical-json.ts";
import { describeSchema } from "../../../worker/verbs/json-schema/describe-schema.ts";

describe("canonical JSON", () => {
	test("is RFC 8785's example", () => {
		const value = JSON.parse(
			'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
		);
		expect(canonicalJson(value)).toBe(
			'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
		);
	});

	test("sorts keys by code unit, keeps __proto__ and normalisation, and writes -0 as 0", () => {
		const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
		const sorted = Object.keys(JSON.parse(canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])))));
		expect(sorted.filter((key) => key !== "1")).toEqual(["\r", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"]);
		expect(canonicalJson(JSON.parse('{"b":-0,"__proto__":{"x":1},"a":"\\u00e9"}'))).toBe('{"__proto__":{"x":1},"a":"é","b":0}');
		expect(canonicalJson("e\u0301")).not.toBe(canonicalJson("\u00e9"));
		expect(() => canonicalJson({ a: new Date(Number.NaN), b: 1n })).toThrow(TypeError);
	});
});

describe("the type of a schema", () => {
	test.each([
		[{ type: "string" }, "string"],
		[{ type: ["integer", "null"] }, "number | null"],
		[{ enum: ["a", 1, null] }, '"a" | 1 | null'],
		[{ type: "array", items: { type: "string" } }, "string[]"],
		[{ type: "array", items: { type: ["string", "null"] } }, "(string | null)[]"],
		[{ type: "array", prefixItems: [{ type: "string" }], items: false }, "[(string)?]"],
		[{ type: "object", properties: { a: { type: "string" }, "b c": {} }, required: ["a"] }, '{ a: string; "b c"?: unknown }'],
		[{ type: "object", additionalProperties: { type: "number" } }, "{ [key: string]: number }"],
		[{ type: "object", additionalProperties: false }, "Record<string, never>"],
		[{ anyOf: [{ type: "string" }, { const: true }] }, "string | true"],
		[{ $ref: "#/$defs/a", $defs: { a: { type: "boolean" } } }, "boolean"],
		[{}, "unknown"],
		[true, "unknown"],
		[7, "unknown"],
	])("%j is %s", (schema, type) => {
		expect(describeSchema(schema)).toBe(type);
	});

	test("ends no comment, is bounded, and ends in circles", () => {
		expect(describeSchema({ enum: ["*/ evil /*\u2028"] })).toBe('"*\\/ evil /*\\u2028"');
		expect(describeSchema({ type: "object", properties: { "*/x": true }, required: ["*/x"] })).not.toContain("*/");
		expect(describeSchema({ enum: Array.from({ length: 2_000 }, (_, index) => `value ${index}`) })).toBe("unknown");
		expect(
			describeSchema({
				type: "object",
				properties: { next: { $ref: "#/$defs/n" } },
				$defs: { n: { type: "array", items: { $ref: "#/$defs/n" } } },
			}),
		).toContain("unknown");
	});
});
