/*
 * A15 Makes expressions and JSON that are nested a hundred thousand deep
 * wall: isolate
 * ends: contained
 * limits: { "cpuMs": 2000, "memoryMb": 128 }
 */
export default async () => {
	const said = [];
	for (const make of [() => new RegExp("(?:".repeat(1e5)), () => JSON.stringify(Array.from({ length: 3e5 }).reduce((inner) => [inner], 0))]) {
		try {
			make();
			said.push("made");
		} catch (error) {
			said.push(error.name);
		}
	}
	return said;
};
