import { LIMITS } from "../../../contract/limits.ts";
import { matchStars, matchStarText, type Steps } from "./star-match.ts";

/**
 * Patterns for the path that is sent; case counts. What compares them writes both with the same percent-encoding (`canonical-url`).
 * `*` stands for any characters inside one segment, `**` as a whole segment for any number of segments (also none), and `/*` at the end for
 * everything below: `/repos/acme/*` covers `/repos/acme/a` and `/repos/acme/a/b`, not `/repos/acme`.
 */
export type PathGlob = readonly GlobSegment[];

interface GlobSegment {
	readonly kind: "exact" | "stars" | "any";
	readonly text: string;
}

const PATTERN = /^\/[A-Za-z0-9._~!$&'()*+,=:@%/-]*$/;

/** Why a text is no pattern, or null. */
export const globFault = (text: string): string | null => {
	if (!text.startsWith("/")) return "wanted a pattern that starts with /";
	if (!PATTERN.test(text)) return "found a character that a path has only percent-encoded, or a query, wanted a path alone";
	if (text.includes("//")) return "found an empty segment";
	const segments = text.slice(1).split("/");
	if (segments.length > LIMITS.patternSegments) return `found ${segments.length} segments, wanted at most ${LIMITS.patternSegments}`;
	for (const segment of segments) {
		if (segment === "." || segment === "..") return `found the segment ${segment}`;
		if (segment.includes("**") && segment !== "**") return "found ** inside a segment, wanted it as a whole segment";
	}
	const wide = segments.filter((segment) => segment === "**").length;
	return wide > LIMITS.patternDoubleStars ? `found ** ${wide} times, wanted it at most ${LIMITS.patternDoubleStars} times` : null;
};

/** @param text without a fault: `globFault` says so. */
export const readGlob = (text: string): PathGlob => {
	const segments = text.slice(1).split("/");
	return (segments.at(-1) === "*" ? [...segments, "**"] : segments).map((segment) => ({
		kind: segment === "**" ? "any" : segment.includes("*") ? "stars" : "exact",
		text: segment,
	}));
};

/** The segments of a path as `URL.pathname` has it. */
export const splitPath = (pathname: string): readonly string[] => pathname.slice(1).split("/");

/**
 * Whether a pattern covers a path. At most pattern times path, segment by segment, and inside a segment with a `*` character by character.
 * @param steps is taken from; when nothing is left, the answer is false.
 */
export const matchesGlob = (glob: PathGlob, path: readonly string[], steps: Steps): boolean =>
	matchStars(
		{
			parts: glob.length,
			isStar: (part) => glob[part]?.kind === "any",
			items: path.length,
			covers: (part, item) => matchesSegment(glob[part], path[item] ?? "", steps),
		},
		steps,
	);

const matchesSegment = (pattern: GlobSegment | undefined, segment: string, steps: Steps): boolean => {
	if (pattern === undefined) return false;
	return pattern.kind === "exact" ? pattern.text === segment : matchStarText(pattern.text, segment, steps);
};
