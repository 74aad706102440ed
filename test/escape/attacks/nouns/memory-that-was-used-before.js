/*
 * X20 Allocates memory in every way and reads what is in it
 * wall: nouns
 * ends: returns []
 * limits: { "wallMs": 25000, "cpuMs": 2000, "memoryMb": 128 }
 */
export default async () => {
	const found = [];
	const look = (name, buffer) => { const words = new Uint32Array(buffer); for (let at = 0; at < words.length; at += 1) if (words[at] !== 0) { found.push("ESCAPED " + name); return; } };
	const makers = {
		buffer: () => new ArrayBuffer(1 << 20),
		shared: () => new SharedArrayBuffer(1 << 20),
		resizable: () => { const b = new ArrayBuffer(16, { maxByteLength: 1 << 20 }); b.resize(1 << 20); return b; },
		shrunk: () => { const b = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 20 }); new Uint8Array(b).fill(0); b.resize(0); b.resize(1 << 20); return b; },
		transferred: () => new ArrayBuffer(16).transfer(1 << 20),
		typed: () => new Float64Array(1 << 17).buffer,
		wasm: () => new WebAssembly.Memory({ initial: 16 }).buffer,
	};
	for (const [name, make] of Object.entries(makers)) for (let turn = 0; turn < 10; turn += 1) { try { look(name, make()); } catch {} }
	return [...new Set(found)];
};
