/*
 * B05 Reserves resizable buffers
 * wall: memory
 * ends: contained
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const a = [];
	for (let i = 0; i < 1e4; i++) a.push(new ArrayBuffer(8, { maxByteLength: 8 * 2 ** 30 }));
	return a.length;
};
