/*
 * E05 Imports itself a thousand times under names that are almost its own
 * wall: isolate
 * ends: returns 0
 */
export default async () => {
	let loaded = 0;
	for (let step = 0; step < 1_000; step += 1) {
		loaded += await import(`./main.js?${step}`).then(
			() => 1,
			() => 0,
		);
	}
	return loaded;
};
