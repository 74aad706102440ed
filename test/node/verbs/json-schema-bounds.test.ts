import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { compileSchema, type JsonSchema } from "../../../worker/verbs/json-schema/compile-schema.ts";
import { compilePattern } from "../../../worker/verbs/json-schema/linear-pattern.ts";

const ready = (schema: unknown, unknownKeywords: "refuse" | "ignore" = "refuse"): JsonSchema => {
	const compiled = compileSchema(schema, { unknownKeywords });
	assert(compiled.kind === "schema", compiled.kind === "refused" ? `${compiled.path}: ${compiled.why}` : "");
	return compiled;
};
const refusal = (schema: unknown, unknownKeywords: "refuse" | "ignore" = "refuse"): string => {
	const compiled = compileSchema(schema, { unknownKeywords });
	assert(compiled.kind === "refused", "the schema was taken");
	return `${compiled.path}: ${compiled.why}`;
};

describe("bounded work", () => {
	const stepsOf = (schema: unknown, value: unknown) => ready(schema).checkCounted(value);
	const TOO_LONG = "a value that takes too long to check";

	test("a pattern that backtracks elsewhere is linear in the text", () => {
		for (const pattern of ["^(a+)+$", "(x+x+)+y", "^(a|a)*$", "^(.*a){8}$"]) {
			const [short, long] = [1_000, 2_000].map((chars) => stepsOf({ pattern }, `${"a".repeat(chars)}!`));
			assert(short !== undefined && long !== undefined);
			expect(short.fault, pattern).not.toBeNull();
			expect(long.steps / short.steps).toBeLessThan(2.1);
		}
	});

	test("a long text is refused by a pattern before it is read", () => {
		const { fault, steps } = stepsOf({ pattern: "^(a{1,30}b?){1,30}$" }, "a".repeat(1_000_000));
		expect(fault?.found).toBe(TOO_LONG);
		expect(steps).toBeGreaterThan(LIMITS.schemaSteps);
	});

	test("nested anyOf over references ends in the step budget", () => {
		const $defs = Object.fromEntries(
			Array.from({ length: 40 }, (_, level) => [
				`l${level}`,
				level === 39 ? false : { anyOf: [{ $ref: `#/$defs/l${level + 1}` }, { $ref: `#/$defs/l${level + 1}` }] },
			]),
		);
		const { fault, steps } = stepsOf({ $ref: "#/$defs/l0", $defs }, 1);
		expect(fault?.found).toBe(TOO_LONG);
		expect(steps).toBeLessThan(LIMITS.schemaSteps * 1.01);
	});

	test("a reference to itself ends, in a value's place and beside it", () => {
		expect(stepsOf({ $ref: "#" }, 1).fault?.found).toBe(TOO_LONG);
		expect(stepsOf({ $ref: "#" }, 1).steps).toBeLessThan(10_000);
		expect(stepsOf({ $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }, 1).fault?.found).toBe(TOO_LONG);
		expect(stepsOf({ not: { $ref: "#" } }, 1).fault?.found).toBe(TOO_LONG);
		const tree = { type: "array", items: { $ref: "#" } };
		const value = Array.from({ length: LIMITS.valueDepth }).reduce<unknown>((inner) => [inner], []);
		expect(ready(tree).check(Array.isArray(value) ? value[0] : value)).toBeNull();
	});

	test("big lists cost what they are long, also with uniqueItems and large enums", () => {
		const list = (length: number) => Array.from({ length }, (_, index) => ({ id: index, name: `n${index}` }));
		const rows = {
			type: "array",
			items: { type: "object", properties: { id: { type: "integer" }, name: { type: "string" } }, required: ["id"] },
		};
		for (const schema of [rows, { uniqueItems: true }, { items: { enum: [...list(1_000), ...list(2)] } }]) {
			const [short, long] = [500, 1_000].map((length) => stepsOf(schema, list(length)));
			assert(short !== undefined && long !== undefined);
			expect(short.fault).toBeNull();
			expect(long.steps / short.steps).toBeLessThan(2.1);
		}
		expect(stepsOf(rows, list(30_000)).fault).toBeNull();
		const everyLevel = Array.from({ length: 60 }).reduce<unknown>((inner) => ({ uniqueItems: true, items: inner }), {});
		const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], "x".repeat(1_000_000));
		expect(stepsOf(everyLevel, deep).steps).toBeLessThan(LIMITS.schemaSteps * 1.1);
	});

	test("patterns share one allowance of instructions, which their text alone shows to be kept", () => {
		expect(refusal({ pattern: "(ab{30}){30}".repeat(3) })).toContain("need more than");
		expect(refusal({ pattern: "a{1000}".repeat(10) })).toContain("need more than");
		const different = (count: number, of: (index: number) => string) => ({
			allOf: Array.from({ length: count }, (_, index) => ({ pattern: of(index) })),
		});
		expect(refusal(different(12, (index) => `a{${900 + index}}`))).toContain(".allOf[");
		expect(ready(different(500, () => "a{900}")).check("a")).not.toBeNull();
		const long = (index: number) => `${index}`.padStart(LIMITS.schemaPatternCharsTotal / 8, "x");
		expect(ready(different(8, long)).kind).toBe("schema");
		expect(refusal(different(9, long))).toContain(`more than ${LIMITS.schemaPatternCharsTotal} characters together`);
		fc.assert(
			fc.property(fc.stringMatching(/^(\(?[ab.]\)?(\{\d{1,2}(,\d{0,2})?\})?\)?(\{\d{1,2}\})?){1,6}$/), (source) => {
				const room = 400;
				const compiled = compilePattern(source, room);
				if (compiled.kind === "pattern") expect(compiled.pattern.size).toBeLessThanOrEqual(room);
			}),
			{ numRuns: 300 },
		);
	});
});

describe("making a schema ready", () => {
	test("what is outside the subset is refused by name, or left unchecked", () => {
		const outside: readonly (readonly [unknown, string])[] = [
			[{ if: {} }, ".if: found a keyword that is not checked here, wanted none"],
			[{ properties: { a: { contains: {} } } }, ".properties.a.contains: found a keyword"],
			[{ unevaluatedProperties: false }, ".unevaluatedProperties"],
			[{ format: "hostname" }, ".format: found another format"],
			[{ pattern: "(?=a)b" }, ".pattern: found a pattern that cannot run in linear time"],
			[{ pattern: "(a)\\1" }, ".pattern: found a pattern that cannot run in linear time"],
			[{ pattern: "(" }, ".pattern: found a pattern"],
			[JSON.parse('{"__proto__":{}}'), ".__proto__: found a keyword"],
		];
		for (const [schema, why] of outside) {
			expect(refusal(schema)).toContain(why);
			expect(ready(schema, "ignore").check("anything")).toBeNull();
		}
		const half = { patternProperties: { "(?=a)": {} }, additionalProperties: false, properties: { b: { type: "string" } } };
		expect(ready(half, "ignore").check({ a: 1 })).toBeNull();
		expect(ready(half, "ignore").check({ b: 1 })).not.toBeNull();
	});

	test("annotations change nothing", () => {
		const schema = {
			$schema: "x",
			$id: "y",
			$comment: "z",
			title: "t",
			description: "d",
			default: 1,
			examples: [1],
			$defs: { a: { if: 1 } },
		};
		expect(ready({ ...schema, type: "string" }).check("x")).toBeNull();
	});

	test.each([
		[{ type: "text" }, ".type"],
		[{ type: [] }, ".type"],
		[{ type: 7 }, ".type"],
		[{ minLength: -1 }, ".minLength"],
		[{ minItems: 1.5 }, ".minItems"],
		[{ minimum: "1" }, ".minimum"],
		[{ multipleOf: 0 }, ".multipleOf"],
		[{ required: "a" }, ".required"],
		[{ required: [1] }, ".required"],
		[{ properties: [] }, ".properties"],
		[{ properties: { a: 7 } }, ".properties.a"],
		[{ items: [] }, ".items"],
		[{ anyOf: [] }, ".anyOf"],
		[{ anyOf: {} }, ".anyOf"],
		[{ pattern: 7 }, ".pattern"],
		[{ uniqueItems: "yes" }, ".uniqueItems"],
		[{ $ref: "https://a.example/schema" }, ".$ref"],
		[{ $ref: "other.json#/a" }, ".$ref"],
		[{ $ref: "#/$defs/a" }, ".$ref"],
		[{ $ref: "#/$defs/constructor", $defs: {} }, ".$ref"],
		[{ $ref: "#/%zz" }, ".$ref"],
		[7, ": found something else"],
		[null, ": found something else"],
		[[], ": found something else"],
		[new Map(), ": found something else"],
	])("%j is refused both ways, with its place", (schema, place) => {
		expect(refusal(schema)).toContain(place);
		expect(refusal(schema, "ignore")).toContain(place);
	});

	test("depth, size and alternatives are taken at their bounds and refused one over", () => {
		const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => ({ not: inner }), {});
		expect(ready(nested(LIMITS.schemaDepth - 1)).kind).toBe("schema");
		expect(refusal(nested(LIMITS.schemaDepth + 1))).toContain("levels of nesting");
		const branches = (count: number) => ({ anyOf: Array.from({ length: count }, () => true) });
		expect(ready(branches(LIMITS.schemaBranches)).kind).toBe("schema");
		expect(refusal(branches(LIMITS.schemaBranches + 1))).toContain("alternatives");
		expect(refusal({ enum: Array.from({ length: LIMITS.schemaNodes }, () => 1) })).toContain("at most");
		expect(refusal({ pattern: "a".repeat(LIMITS.schemaPatternChars + 1) })).toContain("characters");
	});

	test("references that repeat a schema at each level are made once", () => {
		const doubled = Object.fromEntries(
			Array.from({ length: 60 }, (_, level) => [
				`l${level}`,
				level === 0 ? true : { allOf: [{ $ref: `#/$defs/l${level - 1}` }, { $ref: `#/$defs/l${level - 1}` }] },
			]),
		);
		expect(ready({ $defs: doubled, $ref: "#/$defs/l59" }).check(1)?.found).toContain("too long");
	});
});

describe("work that no step would count", () => {
	const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);
	const msOf = (schema: unknown, value: unknown, unknownKeywords: "refuse" | "ignore" = "refuse"): number => {
		const checker = ready(schema, unknownKeywords);
		const spentMs = startCpuClock();
		checker.check(value);
		return spentMs();
	};

	test("a type that is named thousands of times is looked at once", () => {
		const type = [...Array.from({ length: 4_900 }, () => "null"), "string"];
		expect(msOf({ items: { type } }, texts(90_000))).toBeLessThan(3_000);
		expect(ready({ type }).check(1)?.wanted).toBe("null or a string");
	});

	test("patterns that are left unchecked cost nothing, and let names through", () => {
		const unread = Object.fromEntries(texts(2_400).map((text) => [`(?=a)${text}`, false]));
		const schema = { patternProperties: unread, additionalProperties: false };
		const fields = Object.fromEntries(texts(45_000).map((text) => [text, 1]));
		expect(msOf(schema, fields, "ignore")).toBeLessThan(3_000);
		expect(ready(schema, "ignore").check(fields)).toBeNull();
	});

	test("a large program counts for more than a small one", () => {
		const stepsOf = (pattern: string): number => ready({ pattern }).checkCounted("a".repeat(100)).steps;
		expect(stepsOf("a{600}") / stepsOf("a{60}")).toBeGreaterThan(30);
	});
});
