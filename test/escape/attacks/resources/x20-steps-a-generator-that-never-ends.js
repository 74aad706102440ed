/*
 * X20 Steps a generator that never ends
 * wall: cpu
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	function* g() {
		for (;;) yield 1;
	}
	return [...g()].length;
};
