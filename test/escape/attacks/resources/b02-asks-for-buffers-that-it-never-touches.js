/*
 * B02 Asks for buffers by the gigabyte and never touches them
 * wall: memory
 * ends: program_threw | memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 500, "wallMs": 5000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (;;) kept.push(new ArrayBuffer(1 << 30), new Float64Array(1 << 26));
};
