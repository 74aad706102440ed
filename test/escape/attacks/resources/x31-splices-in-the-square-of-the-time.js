/*
 * X31 Shifts and splices a long array, item by item
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const items = Array.from({ length: 300_000 }, (_, i) => i);
	for (;;) {
		items.splice(1, 1);
		items.splice(1, 0, 1);
		items.unshift(0);
		items.shift();
	}
};
