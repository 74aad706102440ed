import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { matchStarText, type Steps } from "./star-match.ts";

const Text = z.string().max(LIMITS.matcherChars);
const Optional = z.boolean().optional().describe("whether the request may leave it out; left out: it must be there");

/**
 * What the values of a query key or a header may be: a text means exactly that; `prefix` what begins so; `glob` what fits, each `*` standing for any
 * characters; null that it must not be there at all.
 */
export const TextMatcher = z.union(
	[
		Text,
		z.null(),
		z.strictObject({ exact: Text, optional: Optional }),
		z.strictObject({ prefix: Text.min(1), optional: Optional }),
		z.strictObject({ glob: Text.min(1), optional: Optional }),
	],
	{
		error: `a matcher: wanted a text, { exact }, { prefix }, { glob } (each may be optional, at most ${LIMITS.matcherChars} characters) or null`,
	},
);
export type TextMatcher = z.infer<typeof TextMatcher>;

/** Whether one value fits. @param steps is taken from; when nothing is left, the answer is false. */
export const matchesText = (matcher: TextMatcher, value: string, steps: Steps): boolean => {
	if (matcher === null) return false;
	if (typeof matcher === "string") return matcher === value;
	if ("exact" in matcher) return matcher.exact === value;
	return "prefix" in matcher ? value.startsWith(matcher.prefix) : matchStarText(matcher.glob, value, steps);
};

/** Whether the key must be in the request. */
export const mustBeThere = (matcher: TextMatcher): boolean =>
	typeof matcher === "string" || (matcher !== null && matcher.optional !== true);

/** The matcher in words for a rule's text. */
export const matcherText = (name: string, matcher: TextMatcher): string => {
	if (matcher === null) return `no ${name}`;
	if (typeof matcher === "string") return `${name}=${matcher}`;
	const mark = matcher.optional === true ? "?" : "";
	if ("exact" in matcher) return `${name}${mark}=${matcher.exact}`;
	return "prefix" in matcher ? `${name}${mark}=${matcher.prefix}…` : `${name}${mark}=${matcher.glob}`;
};
