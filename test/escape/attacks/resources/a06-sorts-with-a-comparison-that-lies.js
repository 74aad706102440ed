/*
 * A06 Sorts with a comparison that never says the same twice, again and again
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	let turn = 0;
	for (;;) {
		turn += 1;
		Array.from({ length: 10_000 }, (_, i) => i).sort((a, b) => ((a * 7 + b * 13 + turn) % 3) - 1);
	}
};
