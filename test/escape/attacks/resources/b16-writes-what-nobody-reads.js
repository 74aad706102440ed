/*
 * B16 Writes to transforms that nobody reads, without waiting
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const { writable } = new TransformStream({}, { highWaterMark: Number.MAX_SAFE_INTEGER }, { highWaterMark: Number.MAX_SAFE_INTEGER });
	const writer = writable.getWriter();
	for (;;) {
		for (let i = 0; i < 100; i += 1) writer.write(new Uint8Array(1 << 16).fill(i)).catch(() => {});
		await null;
	}
};
