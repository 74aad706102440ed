/*
 * B01 Fills the heap
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (;;) a.push(new Array(1000).fill({}));
};
