/*
 * X18 Makes a huge array
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	return new Array(2 ** 32 - 1).fill(0).length;
};
