/*
 * B10 Normalises a bomb
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (;;) a.push("\uFDFA".repeat(2 ** 22).normalize("NFKD"));
};
