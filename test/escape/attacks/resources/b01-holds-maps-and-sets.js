/*
 * B01 Fills maps, sets and weak ones with keys that it keeps
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [new Map(), new Set(), new WeakMap(), []];
	for (let i = 0; ; i += 1) {
		const key = { i, row: new Array(5_000).fill(i) };
		kept[0].set(key, i);
		kept[1].add(`k${i}`);
		kept[2].set(key, { i });
		kept[3].push(key);
	}
};
