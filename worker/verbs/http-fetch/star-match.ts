/** What is left of the work that a request's decision may take, LIMITS.globSteps at first. */
export interface Steps {
	left: number;
}

/** A pattern with stars against a row of items: segments of a path, or characters of a text. */
export interface StarMatch {
	/** Length of the pattern. */
	readonly parts: number;
	readonly isStar: (part: number) => boolean;
	/** Length of the row. */
	readonly items: number;
	readonly covers: (part: number, item: number) => boolean;
}

/**
 * Whether a pattern covers the whole row, each star standing for any number of items. At most pattern times row: the last star is the only place that
 * is tried again.
 * @param steps is taken from; when nothing is left, the answer is false.
 */
export const matchStars = (match: StarMatch, steps: Steps): boolean => {
	let at = 0;
	let item = 0;
	let star = -1;
	let starItem = 0;
	while (item < match.items) {
		steps.left -= 1;
		if (steps.left < 0) return false;
		if (at < match.parts && match.isStar(at)) {
			if (at === match.parts - 1) return true;
			star = at;
			starItem = item;
			at += 1;
		} else if (at < match.parts && match.covers(at, item)) {
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
	while (at < match.parts && match.isStar(at)) at += 1;
	return steps.left >= 0 && at === match.parts;
};

const STAR = "*";

/** Whether a text with stars covers another text, character by character. */
export const matchStarText = (pattern: string, text: string, steps: Steps): boolean =>
	matchStars(
		{
			parts: pattern.length,
			isStar: (part) => pattern[part] === STAR,
			items: text.length,
			covers: (part, item) => pattern[part] === text[item],
		},
		steps,
	);
