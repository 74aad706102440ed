/** How a number of a grant is more than another grant's, in words; null: it is not. What was left out is given as what it then is, `Infinity` for no limit. */
export const beyondNumber = (path: string, parent: number, child: number): string | null => {
	if (child <= parent) return null;
	return `${path}: found ${child === Number.POSITIVE_INFINITY ? "no limit" : child}, wanted at most ${parent}`;
};
