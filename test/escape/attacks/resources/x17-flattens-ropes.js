/*
 * X17 Makes long texts out of short ones, and flattens them
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (let i = 0; ; i += 1) {
		const text = `${i}`.padStart(1 << 22, "é").toUpperCase();
		kept.push(text + text, text.split("").join(i));
	}
};
