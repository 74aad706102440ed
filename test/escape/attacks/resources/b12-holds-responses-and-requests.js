/*
 * B12 Keeps requests, responses and their clones, unread
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (let i = 0; ; i += 1) {
		const response = new Response("x".repeat(1 << 16), { headers: { [`x-${i}`]: "y".repeat(1_000) } });
		kept.push(response.clone(), response, new Request(`https://example.com/${i}`, { method: "POST", body: "z".repeat(1 << 16) }));
	}
};
