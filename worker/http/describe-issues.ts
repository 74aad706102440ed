import type { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";

/** One thing wrong with a request: where, what was found there, what was wanted. */
export interface Issue {
	readonly path: string;
	readonly found: string;
	readonly wanted: string;
}

type ZodIssue = z.core.$ZodIssue;

const FOUND_CHARS = 60;
/** What stands under such a name is never repeated. */
const PRIVATE_NAME = /value|secret|token|password|authorization/i;

/** Up to LIMITS.issuesShown issues. @param root what was parsed, to say what was found. */
export const describeIssues = (issues: readonly ZodIssue[], root: unknown): Issue[] =>
	issues
		.slice(0, LIMITS.issuesShown)
		.flatMap((issue) => describeIssue(issue, [], root))
		.slice(0, LIMITS.issuesShown);

const describeIssue = (issue: ZodIssue, above: readonly PropertyKey[], root: unknown): Issue[] => {
	const path = [...above, ...issue.path];
	if (issue.code === "unrecognized_keys")
		return issue.keys
			.slice(0, LIMITS.issuesShown)
			.map((key) => ({ path: pathText([...path, key]), found: "an unknown field", wanted: "no such field" }));
	if (issue.code === "invalid_union") {
		const branch = meantBranch(issue.errors);
		if (branch) return branch.slice(0, LIMITS.issuesShown).flatMap((inner) => describeIssue(inner, path, root));
	}
	return [{ path: pathText(path), found: foundText(path, root), wanted: wantedText(issue) }];
};

/** The one branch of a union whose kind of value was given, if there is exactly one: its issues say more than "none fits". */
const meantBranch = (branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined => {
	const meant = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === "invalid_type"));
	return meant.length === 1 ? meant[0] : undefined;
};

const pathText = (path: readonly PropertyKey[]): string => {
	let text = "";
	for (const part of path) {
		if (typeof part === "number") text += `[${part}]`;
		else text += `${text === "" ? "" : "."}${cut(String(part))}`;
	}
	return text;
};

const foundText = (path: readonly PropertyKey[], root: unknown): string => {
	const value = valueAt(path, root);
	const hidden = path.length === 0 || path.some((part) => PRIVATE_NAME.test(String(part)));
	if (value === undefined) return "nothing";
	if (value === null) return "null";
	if (Array.isArray(value)) return `an array of ${value.length}`;
	if (typeof value === "object") return "an object";
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
			return `a name that fits: ${issue.issues.map(wantedText).join(", ")}`;
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

const cut = (text: string): string => (text.length > FOUND_CHARS ? `${text.slice(0, FOUND_CHARS)}…` : text);
