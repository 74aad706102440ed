/*
 * B05 Grows a buffer to a gigabyte, and moves it about
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const buffer = new ArrayBuffer(8, { maxByteLength: 1 << 30 });
	for (let bytes = 1 << 20; bytes <= 1 << 30; bytes *= 2) {
		buffer.resize(bytes);
		new Uint8Array(buffer).fill(1);
	}
	const kept = [];
	for (;;) kept.push(buffer.slice(0));
};
