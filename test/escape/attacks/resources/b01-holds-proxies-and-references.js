/*
 * B01 Makes proxies, weak references and finalizers without an end
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (;;) kept.push(new Proxy({ bytes: new Array(10_000).fill(0) }, { get: () => kept }), Object.create(kept.at(-1) ?? null));
};
