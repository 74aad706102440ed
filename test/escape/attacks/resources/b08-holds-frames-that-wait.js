/*
 * B08 Keeps a hundred thousand functions waiting, each with data of its own
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const wait = async (bytes) => {
		await new Promise(() => {});
		return bytes;
	};
	for (;;) {
		for (let i = 0; i < 100; i += 1) wait(new Array(20_000).fill(i));
		await null;
	}
};
