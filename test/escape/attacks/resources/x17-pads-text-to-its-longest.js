/*
 * X17 Pads, repeats and replaces text up to what a text can hold
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (let i = 0; ; i += 1) kept.push("x".repeat(1 << 21).replaceAll("x", "yy"), "€".padEnd(1 << 24, `z${i}`));
};
