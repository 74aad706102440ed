/*
 * X18 Asks for arrays of four thousand million items in every way
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded | program_threw
 * limits: { "cpuMs": 1000, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (const make of [() => new Array(2 ** 32 - 1), () => Array.from({ length: 2 ** 27 }), () => [..."x".repeat(2 ** 26)]]) kept.push(make());
	for (const items of kept) kept.push(items.concat(items, new Array(1e8).fill(1)));
};
