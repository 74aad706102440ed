/*
 * A19 Packs zeros a thousandfold and unpacks them all at once
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1500, "wallMs": 15000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const zeros = new ReadableStream({
		start(controller) {
			for (let i = 0; i < 16; i += 1) controller.enqueue(new Uint8Array(1 << 20));
			controller.close();
		},
	});
	const packed = new Uint8Array(await new Response(zeros.pipeThrough(new CompressionStream("deflate"))).arrayBuffer());
	const all = [];
	for (;;) all.push(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
};
