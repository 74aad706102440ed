/*
 * B07 Writes wide JSON
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	let a = ["x".repeat(1000)];
	for (let i = 0; i < 40; i++) a = [a, a];
	return JSON.stringify(a).length;
};
