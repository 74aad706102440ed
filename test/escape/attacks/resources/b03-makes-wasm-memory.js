/*
 * B03 Makes Wasm memory
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (;;) {
		const m = new WebAssembly.Memory({ initial: 1024 });
		new Uint8Array(m.buffer).fill(1);
		a.push(m);
	}
};
