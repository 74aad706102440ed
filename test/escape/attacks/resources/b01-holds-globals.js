/*
 * B01 Fills the global object
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	for (let i = 0; ; i += 1) globalThis[`kept${i}`] = new Array(2_000).fill(i);
};
