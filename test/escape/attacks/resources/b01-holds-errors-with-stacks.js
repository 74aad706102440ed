/*
 * B01 Keeps errors with long stacks
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	Error.stackTraceLimit = 50;
	const kept = [];
	const deep = (n) => (n === 0 ? new Error("kept".repeat(50_000)) : deep(n - 1));
	for (;;) {
		const error = deep(50);
		kept.push(error, error.stack);
	}
};
