/*
 * B16 Fills the queue of a stream that nobody reads
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	new ReadableStream({
		start(controller) {
			for (;;) controller.enqueue(kept.push(new Uint8Array(1 << 20).fill(1)));
		},
	});
};
