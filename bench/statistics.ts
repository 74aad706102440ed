/** The value below which a share of the sorted values lies. */
export const percentile = (values: readonly number[], share: number): number => {
	const sorted = [...values].sort((left, right) => left - right);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

/** Milliseconds that a piece of work took. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
	const from = performance.now();
	await work();
	return performance.now() - from;
};

/** Runs work `count` times over `clients` loops at once; the times of each, and how many a second. */
export const load = async (
	clients: number,
	count: number,
	work: (index: number) => Promise<unknown>,
): Promise<{ times: number[]; perSecond: number }> => {
	const times: number[] = [];
	let next = 0;
	const from = performance.now();
	const client = async (): Promise<void> => {
		for (let index = next++; index < count; index = next++) times.push(await timed(() => work(index)));
	};
	await Promise.all(Array.from({ length: clients }, client));
	return { times, perSecond: (count * 1000) / (performance.now() - from) };
};

export const show = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
