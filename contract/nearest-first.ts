const NAME_CHARS = 64;
/** Most letters by which two names are taken for one meant, and at most a third of the longer one. */
const NEAR = 2;

/** Names in their order, but those that differ from `name` by a slip of the keyboard first. */
export const nearestFirst = (name: string, names: readonly string[]): readonly string[] => [
	...names.filter((other) => isNear(name, other)),
	...names.filter((other) => !isNear(name, other)),
];

/** Whether one of the names was probably meant by the other. */
export const isNear = (name: string, other: string): boolean => {
	const longer = Math.max(name.length, other.length);
	if (longer > NAME_CHARS || Math.abs(name.length - other.length) > NEAR) return false;
	return name.toLowerCase() === other.toLowerCase() || editDistance(name, other) <= Math.min(NEAR, Math.ceil(longer / 3));
};

/** Levenshtein's distance. */
const editDistance = (from: string, to: string): number => {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (let at = 0; at < from.length; at += 1) {
		const next = [at + 1];
		for (let index = 0; index < to.length; index += 1) {
			const swapped = (row[index] ?? 0) + (from[at] === to[index] ? 0 : 1);
			next.push(Math.min(swapped, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
};
