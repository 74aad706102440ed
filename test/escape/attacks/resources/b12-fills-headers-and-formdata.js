/*
 * B12 Fills Headers and FormData
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const f = new FormData();
	for (;;) f.append("a", "x".repeat(1e5));
};
