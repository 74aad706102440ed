/*
 * B07 Parses deep JSON
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	return JSON.parse("[".repeat(1e7) + "]".repeat(1e7)).length;
};
