/*
 * B03 Grows one Wasm memory, page by page, to four gigabytes
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
	for (;;) {
		memory.grow(64);
		new Uint8Array(memory.buffer).fill(1);
	}
};
