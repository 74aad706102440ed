/**
 * Patterns for the path that is sent, compared as it is, case and percent-encoding included.
 * `*` stands for any characters inside one segment, `**` as a whole segment for any number of segments (also none), and `/*` at the end for
 * everything below: `/repos/acme/*` covers `/repos/acme/a` and `/repos/acme/a/b`, not `/repos/acme`.
 */
export type PathGlob = readonly string[];

const PATTERN = /^\/[A-Za-z0-9._~!$&'()*+,=:@%/-]*$/;

/** Why a text is no pattern, or null. */
export const globFault = (text: string): string | null => {
	if (!text.startsWith("/")) return "wanted a pattern that starts with /";
	if (!PATTERN.test(text)) return "found a character that a path has only percent-encoded, or a query, wanted a path alone";
	if (text.includes("//")) return "found an empty segment";
	for (const segment of text.split("/")) {
		if (segment === "." || segment === "..") return `found the segment ${segment}`;
		if (segment.includes("**") && segment !== "**") return "found ** inside a segment, wanted it as a whole segment";
	}
	return null;
};

export const readGlob = (text: string): PathGlob => {
	const segments = text.slice(1).split("/");
	return segments.at(-1) === "*" ? [...segments, "**"] : segments;
};

/** Linear in pattern times path: the last `**` (and inside a segment the last `*`) is the only place that is tried again. */
export const matchesGlob = (glob: PathGlob, pathname: string): boolean =>
	matchesSequence(glob, pathname.slice(1).split("/"), (part) => part === "**", matchesSegment);

const matchesSegment = (pattern: string, segment: string): boolean =>
	matchesSequence(
		[...pattern],
		[...segment],
		(part) => part === "*",
		(part, item) => part === item,
	);

const matchesSequence = (
	pattern: readonly string[],
	items: readonly string[],
	isStar: (part: string) => boolean,
	matches: (part: string, item: string) => boolean,
): boolean => {
	let at = 0;
	let item = 0;
	let star = -1;
	let starItem = 0;
	while (item < items.length) {
		const part = pattern[at];
		if (part !== undefined && isStar(part)) {
			star = at;
			starItem = item;
			at += 1;
		} else if (part !== undefined && matches(part, items[item] ?? "")) {
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
	return pattern.slice(at).every(isStar);
};
