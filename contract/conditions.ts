import { z } from "zod";
import { LIMITS } from "./limits.ts";

/**
 * The closed language in which a policy and an approval speak of one call: its method and its canonical arguments. Data, no code: bounded in size, and
 * decided in time linear in the condition and in what it looks at (worker/policy/evaluate-condition).
 */

const Text = z
	.string()
	.max(LIMITS.conditionTextChars)
	.refine((text) => text.isWellFormed(), { error: "wanted text without half surrogate pairs" });
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(LIMITS.conditionValues);
const Scalar = z.union([Text, z.number(), z.boolean(), z.null()]).describe("text, a number, true, false or null");

const INDEX = /^(?:0|[1-9][0-9]{0,4})$/;
const PATH_WANTED =
	'wanted the argument\'s number from 0, then names of properties and indexes, with dots between them: 0.items.2.amount; a name with a dot in it is written in an array: ["0", "a.b"]';

/** The parts of a path; null where the text is none: it begins with another thing than an index, or a part of it is empty. */
export const pathParts = (path: string | readonly string[]): readonly string[] | null => {
	const parts = typeof path === "string" ? path.split(".") : path;
	const [first = ""] = parts;
	if (parts.length > LIMITS.conditionPathParts || !INDEX.test(first)) return null;
	return typeof path === "string" && parts.includes("") ? null : parts;
};

const Path = z
	.union([Text, z.array(Text).min(1).max(LIMITS.conditionPathParts)])
	.refine((path) => pathParts(path) !== null, { error: PATH_WANTED })
	.describe('which argument, from 0, and what of it: `0.items.2.amount`, or `["0", "a.b"]` for a name with a dot in it');

/** As `URL.hostname` has it, so that equal hosts are equal texts. */
const HostText = Text.refine((text) => hostFault(text) === null, {
	error: "wanted a host as URLs have it, in lower case and without a port: api.example.com, *.example.com for every name below it",
}).describe("api.example.com, or *.example.com for every name below it");

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/;

const hostFault = (text: string): string | null => {
	const host = text.startsWith("*.") ? text.slice(2) : text;
	return HOST.test(host) && !host.endsWith(".") && URL.parse(`https://${host}/`)?.hostname === host ? null : text;
};

const OPERATORS = {
	is: Scalar.optional().describe("it is this"),
	in: listOf(Scalar).optional().describe("it is one of these"),
	notIn: listOf(Scalar).optional().describe("it is none of these"),
	over: z.number().optional().describe("it is a number or BigInt above this"),
	under: z.number().optional().describe("it is a number or BigInt below this"),
	startsWith: Text.min(1).optional().describe("it is text that begins so; upper and lower case differ"),
	notStartsWith: Text.min(1).optional().describe("it is text that begins otherwise"),
	hostIn: listOf(HostText).optional().describe("it is an http(s) or ws(s) URL of one of these hosts, whatever the port"),
	hostNotIn: listOf(HostText).optional().describe("it is an http(s) or ws(s) URL of none of these hosts"),
	exists: z.boolean().optional().describe("whether it is there; null is there, undefined is not"),
	longerThan: z
		.int()
		.min(0)
		.optional()
		.describe("it is text of more UTF-16 units, a list, Map or Set of more items, or more bytes than this"),
};

/** What may be said of an argument, by name. */
export const CONDITION_OPERATORS = z.enum([
	"is",
	"in",
	"notIn",
	"over",
	"under",
	"startsWith",
	"notStartsWith",
	"hostIn",
	"hostNotIn",
	"exists",
	"longerThan",
]).options;

const ofArgument = z
	.strictObject({ argument: Path, ...OPERATORS })
	.refine((condition) => CONDITION_OPERATORS.filter((name) => condition[name] !== undefined).length === 1, {
		error: `wanted argument with exactly one of ${CONDITION_OPERATORS.join(", ")}`,
	});
/** Something of one argument: `{ "argument": "0.amount", "over": 1000 }`. */
export type ArgumentCondition = z.infer<typeof ofArgument>;

const ofMethod = z.strictObject({
	method: z.union([Text, listOf(Text)]).describe("the method that is called, or several of which it is one"),
});

/** True, false, or unknown where an argument is missing or of another kind than its operator speaks of; unknown is never taken for permission. */
export type Condition =
	| z.infer<typeof ofMethod>
	| ArgumentCondition
	| { readonly all: readonly Condition[] }
	| { readonly any: readonly Condition[] }
	| { readonly not: Condition };

const part: z.ZodType<Condition> = z.lazy(() =>
	z.union(
		[
			ofMethod,
			ofArgument,
			z.strictObject({ all: listOf(part).describe("every one of them holds") }),
			z.strictObject({ any: listOf(part).describe("at least one of them holds") }),
			z.strictObject({ not: part }),
		],
		{ error: "wanted a condition: { method }, { argument, … }, { all }, { any } or { not }" },
	),
);

// Named in /openapi.json. Not with meta(), which makes a copy that the lazy one would not refer to.
z.globalRegistry.add(part, { id: "Condition" });

/** Names of methods that a condition speaks of. */
export const methodsIn = (condition: Condition): readonly string[] => {
	if ("method" in condition) return typeof condition.method === "string" ? [condition.method] : condition.method;
	if ("argument" in condition) return [];
	if ("not" in condition) return methodsIn(condition.not);
	return ("all" in condition ? condition.all : condition.any).flatMap(methodsIn);
};

/** Paths of the arguments that a condition speaks of, in their parts. */
export const argumentsIn = (condition: Condition): readonly (readonly string[])[] => {
	if ("method" in condition) return [];
	if ("argument" in condition) return [pathParts(condition.argument) ?? []];
	if ("not" in condition) return argumentsIn(condition.not);
	return ("all" in condition ? condition.all : condition.any).flatMap(argumentsIn);
};

/** Bounded before it is parsed, since parsing follows the nesting. */
export const Condition = z.preprocess((value, context) => {
	const fault = sizeFault(value);
	if (fault !== null) context.issues.push({ code: "custom", message: fault, input: value });
	return value;
}, part);

/** Every level of conditions is an object, those of `all` and `any` in a list besides; lists and paths of operators are no conditions. */
const sizeFault = (root: unknown): string | null => {
	let nodes = 0;
	let level: unknown[] = [root];
	for (let depth = 1; level.length > 0; depth += 1) {
		nodes += level.length;
		if (nodes > LIMITS.conditionNodes) return `wanted at most ${LIMITS.conditionNodes} conditions within each other`;
		if (depth > LIMITS.conditionDepth) return `wanted conditions at most ${LIMITS.conditionDepth} deep`;
		level = level.flatMap(partsOf);
	}
	return null;
};

const partsOf = (value: unknown): unknown[] => {
	if (typeof value !== "object" || value === null) return [];
	const lists = ["all" in value ? value.all : null, "any" in value ? value.any : null];
	return [...lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : [])), ...("not" in value ? [value.not] : [])];
};

const WHOLE_RULES = ["never", "always"] as const;

/** When a person must approve a call: never, always, or when the condition holds or cannot be told. */
export const ApprovalRule = z.union([
	// Text first, so that a fault in an object is told as the object's.
	z.string().meta({ enum: WHOLE_RULES }).pipe(z.enum(WHOLE_RULES)),
	z.strictObject({ when: Condition }),
]);
z.globalRegistry.add(ApprovalRule, { id: "ApprovalRule" });
export type ApprovalRule = z.infer<typeof ApprovalRule>;
