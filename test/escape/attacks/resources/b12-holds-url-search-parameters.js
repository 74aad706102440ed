/*
 * B12 Fills the parameters of a URL
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const parameters = new URLSearchParams();
	for (let i = 0; ; i += 1) parameters.append(`name${i}`, "v".repeat(1_000));
};
