/*
 * B12 Hangs listeners and signals on each other
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const target = new EventTarget();
	let { signal } = new AbortController();
	for (let i = 0; ; i += 1) {
		target.addEventListener("x", () => new Array(100).fill(i), { signal });
		signal = AbortSignal.any([signal, new AbortController().signal]);
	}
};
