/*
 * B02 Holds three times its memory in buffers, quietly, for as long as it takes to be seen
 * wall: memory
 * ends: memory_exceeded
 * limits: { "cpuMs": 2000, "wallMs": 24000, "memoryMb": 32 }
 * grants: ["files"]
 */
export default async () => {
	const kept = [];
	for (let i = 0; i < 6; i += 1) {
		kept.push(new Uint8Array(16 << 20).fill(1));
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	return `ESCAPED with ${kept.length * 16} MiB`;
};
