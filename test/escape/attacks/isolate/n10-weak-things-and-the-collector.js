/*
 * N10 Drops streams, stubs, readers and compressions in the middle of their work and fills memory until the collector comes
 * wall: isolate
 * ends: contained
 * limits: { "cpuMs": 2000, "wallMs": 10000, "memoryMb": 64 }
 */
export default async () => {
	for (let round = 0; round < 20; round += 1) {
		for (let count = 0; count < 20; count += 1) {
			const { readable, writable } = new IdentityTransformStream();
			writable.getWriter().write(new Uint8Array(100)).catch(() => undefined);
			readable.getReader().read();
			new Response(new ReadableStream({ pull: () => new Promise(() => {}) })).text().catch(() => undefined);
			new CompressionStream("gzip").writable.getWriter().write(new Uint8Array(1_000)).catch(() => undefined);
			new AbortController().signal.addEventListener("abort", () => {});
			const { port1, port2 } = new MessageChannel();
			port1.postMessage(new ArrayBuffer(100));
			port2.onmessage = () => {};
		}
		const filling = [];
		for (let count = 0; count < 50; count += 1) filling.push(new Array(10_000).fill(count));
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	return "done";
};
