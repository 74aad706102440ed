import fc from "fast-check";
import { z } from "zod";

type Node = Readonly<Record<string, unknown>>;
type Definitions = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const nodesIn = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** How deep values of a schema that names itself go. */
const DEEPEST = 6;

/** Names and texts that have hurt somebody once. */
export const NASTY_TEXTS = [
	..."__proto__ constructor toString hasOwnProperty then toJSON valueOf".split(" "),
	..."' OR 1=1 -- |; DROP TABLE runs|../../etc/passwd|..%2f..%2f|%00|%zz|\u0000|\ud800|\uffff|<script>|${7*7}|{{7*7}}|\r\nx: y|\u202e".split(
		"|",
	),
	...["", " ", "null", "undefined", "NaN", "-0", "1e400", "9".repeat(400), "x".repeat(70), "x".repeat(5_000), "\u{1f600}".repeat(40)],
];

const JUNK: fc.Arbitrary<unknown> = fc.oneof(
	fc.constantFrom<unknown>(...NASTY_TEXTS, null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, 5e-324, [], {}, [[]], [null], {
		a: {},
	}),
	fc.string({ unit: "binary", maxLength: 40 }),
	fc.jsonValue({ maxDepth: 3 }),
	fc.dictionary(fc.constantFrom("constructor", "toString", "then", "$ref", "id", "tenantId", "a.b", ""), fc.jsonValue({ maxDepth: 1 })),
	fc.array(fc.constant(0), { minLength: 300, maxLength: 2_000 }),
);

/** Values of a zod schema, about: most fit it, and any part may be something else instead, be missing, or have company. */
export const aboutShaped = (schema: z.ZodType): fc.Arbitrary<unknown> => {
	const root: Node = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
	const definitions: Definitions = isNode(root["$defs"]) ? root["$defs"] : {};
	return valuesOf(root, definitions, 0);
};

const valuesOf = (node: Node, definitions: Definitions, depth: number): fc.Arbitrary<unknown> => {
	if (depth > DEEPEST) return fc.constant(null);
	return fc.oneof({ weight: 14, arbitrary: fitting(node, definitions, depth) }, { weight: 1, arbitrary: JUNK });
};

const fitting = (node: Node, definitions: Definitions, depth: number): fc.Arbitrary<unknown> => {
	const { $ref, const: only, enum: choices, type } = node;
	if (typeof $ref === "string") {
		const target = definitions[$ref.slice($ref.lastIndexOf("/") + 1)];
		return isNode(target) ? valuesOf(target, definitions, depth + 1) : JUNK;
	}
	if (only !== undefined) return fc.constant(only);
	if (Array.isArray(choices)) return fc.constantFrom<unknown>(...choices);
	const branches = [node["anyOf"], node["oneOf"], node["allOf"]].flatMap(nodesIn);
	if (branches.length > 0) return fc.oneof(...branches.map((branch) => valuesOf(branch, definitions, depth)));
	if (type === "object") return objectOf(node, definitions, depth);
	if (type === "array") {
		const items = isNode(node["items"]) ? valuesOf(node["items"], definitions, depth + 1) : JUNK;
		return fc.array(items, { maxLength: 3 });
	}
	if (type === "string") return textOf(node);
	if (type === "integer" || type === "number") return numberOf(node);
	if (type === "boolean") return fc.boolean();
	return type === "null" ? fc.constant(null) : JUNK;
};

const objectOf = (node: Node, definitions: Definitions, depth: number): fc.Arbitrary<unknown> => {
	const { properties, additionalProperties, required } = node;
	const needed = new Set(Array.isArray(required) ? required : []);
	const known = Object.entries(isNode(properties) ? properties : {}).map(([name, child]) => {
		const value = isNode(child) ? valuesOf(child, definitions, depth + 1) : JUNK;
		const rarelyLeftOut = fc.option(value, { nil: undefined, freq: needed.has(name) ? 30 : 1 });
		return [name, rarelyLeftOut] as const;
	});
	const more = isNode(additionalProperties)
		? fc.dictionary(namesOf, valuesOf(additionalProperties, definitions, depth + 1), { maxKeys: 3 })
		: fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(namesOf, JUNK, { maxKeys: 2 }) });
	return fc.tuple(fc.record(Object.fromEntries(known)), more).map(([own, others]) => ({ ...others, ...own }));
};

const namesOf = fc.oneof(fc.constantFrom("a", "main.ts", "/workspace/a", "files", "github"), fc.constantFrom(...NASTY_TEXTS));

/** What fields of the API mostly hold. */
const TEXTS = [
	..."a default local main.ts /workspace/input/a https://example.com/x 2026-11-21 day *".split(" "),
	"export default async () => 1;",
	"SELECT 1",
	"x=y",
	"Bearer {secret}",
];

const textOf = ({ pattern, maxLength }: Node): fc.Arbitrary<string> => {
	const texts = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 20 }), fc.constantFrom(...NASTY_TEXTS));
	const long =
		typeof maxLength === "number" && maxLength < 10_000 ? [fc.constantFrom("y".repeat(maxLength), "y".repeat(maxLength + 1))] : [];
	const matching = typeof pattern === "string" ? [{ weight: 5, arbitrary: fc.stringMatching(new RegExp(pattern)) }] : [];
	return fc.oneof({ weight: 3, arbitrary: texts }, ...matching, ...long.map((arbitrary) => ({ weight: 1, arbitrary })));
};

const numberOf = ({ minimum, maximum }: Node): fc.Arbitrary<number> => {
	const [low, high] = [typeof minimum === "number" ? minimum : 0, typeof maximum === "number" ? Math.min(maximum, 2 ** 53) : 1_000];
	return fc.constantFrom(low, high, low - 1, high + 1, Math.floor((low + high) / 2), 1);
};
