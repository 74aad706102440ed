/*
 * B02 Goes on asking for memory whenever it is refused
 * wall: memory
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 500, "wallMs": 8000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (;;) {
		try {
			kept.push(new Uint8Array(8 << 20).fill(1));
		} catch {
			kept.push(new Array(1_000).fill(0));
		}
	}
};
