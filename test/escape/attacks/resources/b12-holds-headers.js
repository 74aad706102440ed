/*
 * B12 Fills headers
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const headers = new Headers();
	for (let i = 0; ; i += 1) headers.append(`x-name-${i}`, "v".repeat(4_000));
};
