/*
 * B12 Fills channels and socket pairs that nobody reads
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (;;) {
		const pair = typeof WebSocketPair === "function" ? new WebSocketPair() : [];
		const channel = typeof MessageChannel === "function" ? new MessageChannel() : null;
		channel?.port1.postMessage(new Array(10_000).fill(1));
		kept.push(pair, channel, new Array(20_000).fill(0));
	}
};
