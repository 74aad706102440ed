/*
 * B01 Holds twice its memory in arrays, quietly, for as long as it takes to be seen
 * wall: memory
 * ends: memory_exceeded
 * limits: { "cpuMs": 3000, "wallMs": 24000, "memoryMb": 32 }
 * grants: ["files"]
 */
export default async () => {
	const kept = [];
	for (let i = 0; i < 80; i += 1) {
		kept.push(new Array(1 << 17).fill(i));
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	await new Promise((resolve) => setTimeout(resolve, 500));
	return `ESCAPED with ${kept.length} MiB`;
};
