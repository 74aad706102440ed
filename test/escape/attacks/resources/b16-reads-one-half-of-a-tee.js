/*
 * B16 Reads one half of a tee
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | wall_time_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const s = new ReadableStream({
		pull(c) {
			c.enqueue(new Uint8Array(1 << 20));
		},
	});
	const [a] = s.tee();
	const r = a.getReader();
	for (;;) await r.read();
};
