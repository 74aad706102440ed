/*
 * X18 Doubles an array until nothing is left
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	let items = [1];
	for (;;) items = items.concat(items);
};
