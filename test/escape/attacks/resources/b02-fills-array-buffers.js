/*
 * B02 Fills array buffers
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (;;) a.push(new Uint8Array(64 << 20).fill(1));
};
