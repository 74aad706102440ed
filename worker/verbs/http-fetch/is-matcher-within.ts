import { coversValue } from "./header-rule.ts";
import { isStarTextWithin } from "./is-glob-within.ts";
import type { Steps } from "./star-match.ts";
import { matchesText, type TextMatcher } from "./text-matcher.ts";

/**
 * Whether every value that fits a matcher fits another one; false may also mean that it cannot be told. Whether a value must be there is for who asks.
 * @param steps is taken from; when nothing is left, the answer is false.
 */
export const isValueWithin = (wider: TextMatcher, matcher: TextMatcher, steps: Steps): boolean => {
	if (matcher === null) return true;
	if (typeof matcher === "string") return matchesText(wider, matcher, steps);
	if ("exact" in matcher) return matchesText(wider, matcher.exact, steps);
	if (wider === null || typeof wider === "string" || "exact" in wider) return false;
	if ("prefix" in wider) return headOf(matcher).startsWith(wider.prefix);
	// A star that a prefix has in its text is taken for one that stands for anything, which is more than it means.
	return isStarTextWithin(wider.glob, "prefix" in matcher ? `${matcher.prefix}*` : matcher.glob, steps);
};

/** The same of a header's value, of which a prefix and a glob cover each item of a list, and an exact text the whole (header-rule). */
export const isItemWithin = (wider: TextMatcher, matcher: TextMatcher, steps: Steps): boolean => {
	const exact = typeof matcher === "string" ? matcher : matcher !== null && "exact" in matcher ? matcher.exact : null;
	if (exact === null) return isValueWithin(wider, matcher, steps);
	return coversValue(wider, exact, steps);
};

/** What each value that fits begins with. */
const headOf = (matcher: { readonly prefix: string } | { readonly glob: string }): string =>
	"prefix" in matcher ? matcher.prefix : (matcher.glob.split("*", 1)[0] ?? "");
