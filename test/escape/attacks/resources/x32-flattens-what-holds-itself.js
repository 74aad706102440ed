/*
 * X32 Flattens an array that holds itself, without a limit of depth
 * wall: cpu
 * ends: program_threw | cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 1000 }
 */
export default async () => {
	const items = [];
	items.push(items, items);
	return items.flat(Number.POSITIVE_INFINITY).length;
};
