/** How a list of names has one that another list lacks, in words; null: it has none. */
export const beyondNames = (path: string, parent: readonly string[], child: readonly string[]): string | null => {
	const known = new Set(parent);
	return child.every((name) => known.has(name)) ? null : `${path}: found more than the parent's, wanted some of ${parent.join(", ")}`;
};
