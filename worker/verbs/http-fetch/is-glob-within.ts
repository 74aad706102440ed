import type { PathGlob } from "./path-glob.ts";
import { matchStars, matchStarText, type Steps } from "./star-match.ts";

/**
 * Whether every path that a pattern covers, another one covers too: the wider one is matched against the narrower one's text, whose stars only a star
 * stands for. True is true of every path; of some patterns that are within, `/a/b/c` with `**` for its `b` within `/a/*`, it is not seen.
 * @param steps is taken from; when nothing is left, the answer is false.
 */
export const isGlobWithin = (wider: PathGlob, glob: PathGlob, steps: Steps): boolean =>
	matchStars(
		{
			parts: wider.length,
			isStar: (part) => wider[part]?.kind === "any",
			items: glob.length,
			covers: (part, item) => {
				const [theirs, own] = [wider[part], glob[item]];
				if (theirs === undefined || own === undefined || own.kind === "any") return false;
				return theirs.kind === "exact" ? own.kind === "exact" && theirs.text === own.text : isStarTextWithin(theirs.text, own.text, steps);
			},
		},
		steps,
	);

/** The same of a text with stars: one within the other's star is a character like any, and no other character is a star. */
export const isStarTextWithin = (wider: string, text: string, steps: Steps): boolean => matchStarText(wider, text, steps);
