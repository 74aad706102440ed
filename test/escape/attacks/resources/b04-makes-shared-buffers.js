/*
 * B04 Makes shared buffers
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (;;) a.push(new Uint8Array(new WebAssembly.Memory({ initial: 256, maximum: 256, shared: true }).buffer).fill(1));
};
