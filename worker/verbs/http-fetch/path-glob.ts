import { LIMITS } from "../../../contract/limits.ts";

/**
 * Patterns for the path that is sent, compared as it is, case and percent-encoding included.
 * `*` stands for any characters inside one segment, `**` as a whole segment for any number of segments (also none), and `/*` at the end for
 * everything below: `/repos/acme/*` covers `/repos/acme/a` and `/repos/acme/a/b`, not `/repos/acme`.
 */
export type PathGlob = readonly GlobSegment[];

interface GlobSegment {
	readonly kind: "exact" | "stars" | "any";
	readonly text: string;
}

/** What is left of the work that a request's decision may take, LIMITS.globSteps at first. */
export interface Steps {
	left: number;
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
 * Whether a pattern covers a path. At most pattern times path: the last `**` (and inside a segment the last `*`) is the only place that is tried again.
 * @param steps is taken from; when nothing is left, the answer is false.
 */
export const matchesGlob = (glob: PathGlob, path: readonly string[], steps: Steps): boolean => {
	let at = 0;
	let item = 0;
	let star = -1;
	let starItem = 0;
	while (item < path.length) {
		steps.left -= 1;
		if (steps.left < 0) return false;
		const part = glob[at];
		if (part?.kind === "any") {
			if (at === glob.length - 1) return true;
			star = at;
			starItem = item;
			at += 1;
		} else if (part !== undefined && matchesSegment(part, path[item] ?? "", steps)) {
			at += 1;
			item += 1;
		} else if (star !== -1) {
			starItem += 1;
			item = starItem;
			at = star + 1;
		} else {
			return false;
		}
	}
	return steps.left >= 0 && glob.slice(at).every((part) => part.kind === "any");
};

const matchesSegment = (pattern: GlobSegment, segment: string, steps: Steps): boolean =>
	pattern.kind === "exact" ? pattern.text === segment : matchesStars(pattern.text, segment, steps);

const STAR = "*";

const matchesStars = (pattern: string, segment: string, steps: Steps): boolean => {
	let at = 0;
	let item = 0;
	let star = -1;
	let starItem = 0;
	while (item < segment.length) {
		steps.left -= 1;
		if (steps.left < 0) return false;
		if (pattern[at] === STAR) {
			star = at;
			starItem = item;
			at += 1;
		} else if (pattern[at] === segment[item]) {
			at += 1;
			item += 1;
		} else if (star !== -1) {
			starItem += 1;
			item = starItem;
			at = star + 1;
		} else {
			return false;
		}
	}
	while (pattern[at] === STAR) at += 1;
	return at === pattern.length;
};
