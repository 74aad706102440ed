/*
 * B13 Makes garbage that weak maps and finalizers look after, near its limit
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 800, "wallMs": 10000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const map = new WeakMap();
	let chain = {};
	for (;;) {
		const next = { bytes: new Array(20).fill(0) };
		map.set(chain, next);
		map.set(next, chain);
		chain = next;
	}
};
