/** Names of columns made distinct: `a, a, a_2` becomes `a, a_2, a_2_2`. */
export const distinctColumns = (columns: readonly string[]): string[] => {
	const taken = new Set<string>();
	const next = new Map<string, number>();
	return columns.map((column) => {
		let name = column;
		while (taken.has(name)) {
			const number = next.get(column) ?? 2;
			next.set(column, number + 1);
			name = `${column}_${number}`;
		}
		taken.add(name);
		return name;
	});
};
