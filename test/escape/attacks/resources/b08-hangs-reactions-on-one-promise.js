/*
 * B08 Hangs reactions without an end on one promise
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const never = new Promise(() => {});
	for (;;) never.then(() => {}).catch(() => {});
};
