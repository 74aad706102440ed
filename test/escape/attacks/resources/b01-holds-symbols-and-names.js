/*
 * B01 Registers symbols and property names that stay for ever
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const names = {};
	for (let i = 0; ; i += 1) {
		Symbol.for(`symbol ${i} ${"x".repeat(10_000)}`);
		names[`name ${i} ${"x".repeat(10_000)}`] = i;
	}
};
