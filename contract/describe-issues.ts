import type { z } from "zod";
import { branchOf, fieldsOf, type JsonShape, readShape, shapeAt, shapeText } from "./json-shape.ts";
import { LIMITS } from "./limits.ts";
import { meantBranch } from "./meant-branch.ts";
import { isNear, nearestFirst } from "./nearest-first.ts";

/** One thing wrong with a request: where, what was found there, what was wanted. */
export interface Issue {
	readonly path: string;
	readonly found: string;
	readonly wanted: string;
}

type ZodIssue = z.core.$ZodIssue;

const FOUND_CHARS = 60;
const FIELDS_SHOWN = 16;
const MESSAGE_CHARS = 500;
/** What stands under such a name is never repeated. */
const PRIVATE_NAME = /value|secret|token|password|authorization|inject/i;

/** Where an issue lies. */
interface Place {
	readonly above: readonly PropertyKey[];
	readonly root: unknown;
	/** Whether the JSON Schema's words are used beside zod's. */
	readonly guided: boolean;
	/** What the JSON Schema says here; null: nothing, or none was given. */
	readonly shape: JsonShape | null;
}

/**
 * Up to LIMITS.issuesShown issues.
 * @param root what was parsed, to say what was found.
 * @param schema the JSON Schema of what was wanted, if the fields that there are are to be named.
 * @param guided whether shapes are to be written out after it, and paths as a policy's are: what a grant is told in.
 */
export const describeIssues = (
	issues: readonly ZodIssue[],
	root: unknown,
	schema?: Readonly<Record<string, unknown>>,
	guided = schema !== undefined,
): Issue[] => {
	const place = { above: [], root, guided, shape: schema === undefined ? null : readShape(schema) };
	return pickIssues(issues, place.guided)
		.flatMap((issue) => describeIssue(issue, place))
		.slice(0, LIMITS.issuesShown);
};

/** Where the right names are told, unknown fields come first: what is missing is mostly one of them, misspelt. */
const pickIssues = (issues: readonly ZodIssue[], guided: boolean): readonly ZodIssue[] => {
	const shown = issues.slice(0, LIMITS.issuesShown);
	const isUnknown = ({ code }: ZodIssue): boolean => code === "unrecognized_keys";
	return guided ? [...shown.filter(isUnknown), ...shown.filter((issue) => !isUnknown(issue))] : shown;
};

const describeIssue = (issue: ZodIssue, place: Place): Issue[] => {
	const { root, guided } = place;
	const path = [...place.above, ...issue.path];
	const shape = shapeAt(place.shape, issue.path);
	if (issue.code === "unrecognized_keys")
		return issue.keys
			.slice(0, LIMITS.issuesShown)
			.map((key) => ({ path: pathText([...path, key], guided), ...unknownField(key, { guided, shape }) }));
	if (issue.code === "invalid_union") {
		const meant = meantBranch(issue.errors, valueAt(path, root));
		const inner = meant === null ? [] : (issue.errors[meant] ?? []);
		const below = { above: path, root, guided, shape: branchOf(shape, issue.errors.length, meant ?? 0) };
		if (inner.length > 0) return pickIssues(inner, guided).flatMap((one) => describeIssue(one, below));
	}
	const found = issue.code === "invalid_key" ? `the name ${JSON.stringify(cut(String(path.at(-1))))}` : foundText(path, place);
	const words = guided ? inItsWords(issue, found, shape) : { found, wanted: wantedText(issue) };
	return [{ path: pathText(path, guided), ...words }];
};

const unknownField = (key: string, { guided, shape }: Pick<Place, "guided" | "shape">): Omit<Issue, "path"> => {
	const fields = shape === null ? [] : fieldsOf(shape);
	if (guided && fields.length > 0) return { found: `the field ${cut(key)}`, wanted: listText(nearestFirst(key, fields)) };
	return { found: "an unknown field", wanted: meantField(key, fields) };
};

/** The field that an unknown one was meant for, or all that there are. */
const meantField = (key: string, fields: readonly string[]): string => {
	const near = fields.filter((field) => isNear(key, field));
	const same = near.find((field) => field.toLowerCase() === key.toLowerCase());
	if (near.length > 0) return same ?? near.join(" or ");
	return fields.length === 0 ? "no such field" : `${fields.length > 1 ? "one of " : ""}${listText(fields)}`;
};

const listText = (names: readonly string[]): string => names.slice(0, FIELDS_SHOWN).join(", ") + (names.length > FIELDS_SHOWN ? ", …" : "");

/** With a schema: shapes are written out, and a rule's message is taken apart into what it found and what it wanted. */
const inItsWords = (issue: ZodIssue, found: string, shape: JsonShape | null): Omit<Issue, "path"> => {
	const shaped = shape !== null && (issue.code === "invalid_type" || issue.code === "invalid_union") ? shapeText(shape) : null;
	if (shaped !== null) return { found, wanted: shaped };
	const said = issue.code === "custom" || issue.message.includes("wanted ") ? readMessage(cut(issue.message, MESSAGE_CHARS)) : null;
	if (said === null) return { found, wanted: wantedText(issue) };
	return { found: said.found ?? found, wanted: said.wanted };
};

/** A rule's message, `why, wanted what` or `label: wanted what`. Null in `found`: it says nothing of it. */
const readMessage = (message: string): { found: string | null; wanted: string } => {
	const text = message.replace(/^[a-zA-Z]{1,20}: /, "");
	if (text.startsWith("wanted ")) return { found: null, wanted: text.slice("wanted ".length) };
	const comma = text.indexOf(", wanted ");
	if (comma >= 0) return { found: reasonText(text.slice(0, comma)), wanted: text.slice(comma + ", wanted ".length) };
	const expected = text.indexOf(": expected ");
	if (expected >= 0) return { found: null, wanted: expectedText(text.slice(expected + ": expected ".length)) };
	if (/^(a|an|no) /.test(text)) return { found: null, wanted: text };
	const colon = text.indexOf(": wanted ");
	if (colon >= 0) return { found: text.slice(0, colon), wanted: text.slice(colon + ": wanted ".length) };
	return { found: reasonText(text), wanted: "what the grant's schema allows" };
};

/** A message of zod's own, which a verb gave on: `string, received undefined`. */
const expectedText = (text: string): string => {
	const kind = text.slice(0, text.includes(", received ") ? text.indexOf(", received ") : undefined);
	return KINDS.get(kind) ?? kind;
};

const reasonText = (text: string): string => {
	if (text.startsWith("found ")) return text.slice("found ".length);
	return /^(it|the) /.test(text) ? `that ${text}` : text.replace(": found ", " with ");
};

/** Indexes are written as `[0]`, and in a grant, whose paths are written as the policy's, as `.0`. */
const pathText = (path: readonly PropertyKey[], dotted: boolean): string => {
	let text = "";
	for (const part of path) {
		if (typeof part === "number" && !dotted) text += `[${part}]`;
		else text += `${text === "" ? "" : "."}${cut(String(part))}`;
	}
	return text;
};

const foundText = (path: readonly PropertyKey[], { root, guided }: Pick<Place, "root" | "guided">): string => {
	const value = valueAt(path, root);
	const hidden = path.length === 0 || path.some((part) => PRIVATE_NAME.test(String(part)));
	if (value === undefined) return "nothing";
	if (value === null) return "null";
	if (Array.isArray(value)) return `an array of ${value.length}`;
	if (typeof value === "object") return "an object";
	// A grant holds no secret that is a number, but numbers of tokens.
	if (hidden && guided && typeof value === "number") return String(value);
	if (hidden) return typeof value === "string" ? "text" : `a ${typeof value}`;
	return typeof value === "string" ? JSON.stringify(cut(value)) : String(value);
};

/** Own properties only: the path's names are the client's. */
const valueAt = (path: readonly PropertyKey[], root: unknown): unknown => {
	let value = root;
	for (const part of path) {
		if (typeof value !== "object" || value === null) return undefined;
		value = Object.getOwnPropertyDescriptor(value, part)?.value;
	}
	return value;
};

const KINDS: ReadonlyMap<string, string> = new Map([
	["string", "text"],
	["number", "a number"],
	["int", "a whole number"],
	["boolean", "true or false"],
	["object", "an object"],
	["record", "an object"],
	["array", "an array"],
	// What may be anything is to be there all the same.
	["nonoptional", "any JSON"],
]);

const wantedText = (issue: ZodIssue): string => {
	// The contract's own wordings.
	if (issue.message.startsWith("wanted ")) return issue.message.slice("wanted ".length);
	switch (issue.code) {
		case "invalid_type":
			return KINDS.get(issue.expected) ?? issue.expected;
		case "too_small":
			return sizeText(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
		case "too_big":
			return sizeText(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
		case "invalid_value":
			return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(", ")}`;
		case "invalid_format":
			return `text in the form ${issue.format}`;
		case "invalid_union":
			return [...new Set(issue.errors.flat().map(wantedText))].join(", or ");
		case "invalid_key":
			return issue.issues.map(wantedText).join(", ");
		case "unrecognized_keys":
			// Its message repeats every unknown name.
			return "no unknown fields";
		default:
			return issue.message;
	}
};

const sizeText = (origin: string, bound: string, limit: number | bigint): string => {
	if (origin === "string") return `${bound} ${limit} characters`;
	if (origin === "array") return `${bound} ${limit} items`;
	return `a number of ${bound} ${limit}`;
};

const cut = (text: string, chars = FOUND_CHARS): string => (text.length > chars ? `${text.slice(0, chars)}…` : text);
