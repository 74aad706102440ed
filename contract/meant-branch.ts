import type { z } from "zod";
import { isNear } from "./nearest-first.ts";

type ZodIssue = z.core.$ZodIssue;

interface Branch {
	readonly index: number;
	/** Fields of the value that the branch does not have, those left aside that are a slip for one that it misses. */
	readonly unknown: ReadonlySet<string>;
	readonly faults: number;
}

/** Most names of one branch that are compared. */
const NAMES = 20;

/**
 * The one branch of a union that a value was meant for, whose issues say more than "none fits"; null: it may be several. It is the only one of the
 * value's kind, or the one with the fewest wrong fields, if the value has a field that it alone has.
 */
export const meantBranch = (branches: readonly (readonly ZodIssue[])[], value: unknown): number | null => {
	const meant = branches.flatMap((issues, index) => (isForeign(issues) ? [] : [readBranch(issues, index)]));
	if (meant.length === 1) return meant[0]?.index ?? null;
	const [best, second] = meant.toSorted((a, b) => a.faults - b.faults);
	if (best === undefined || second === undefined || best.faults === second.faults) return null;
	if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
	const others = meant.filter((branch) => branch !== best);
	const own = Object.keys(value)
		.slice(0, NAMES)
		.some((key) => !best.unknown.has(key) && others.every((other) => other.unknown.has(key)));
	return own ? best.index : null;
};

/** Whether the value is of another kind than the branch: text where an object is wanted. */
const isForeign = (issues: readonly ZodIssue[]): boolean =>
	issues.some(
		(issue) =>
			issue.path.length === 0 &&
			(issue.code === "invalid_type" || (issue.code === "invalid_union" && issue.errors.length > 0 && issue.errors.every(isForeign))),
	);

const readBranch = (issues: readonly ZodIssue[], index: number): Branch => {
	const keys = issues.flatMap((issue) => (issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys.slice(0, NAMES) : []));
	const missing = issues
		.filter((issue) => issue.path.length === 1 && (issue.code === "invalid_type" || issue.code === "invalid_value"))
		.map((issue) => String(issue.path[0]))
		.slice(0, NAMES);
	const slips = keys.filter((key) => missing.some((name) => isNear(key, name)));
	const unknown = new Set(keys.filter((key) => !slips.includes(key)));
	// A slip and the field that it was meant for are one fault.
	return { index, unknown, faults: keys.length + missing.length - slips.length };
};
