/*
 * B09 Sets a million timers
 * wall: memory
 * ends: program_threw | cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6);
	return 1;
};
