/*
 * A06 Sorts a large typed array, which is done outside the language
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const numbers = new Float64Array(1 << 20);
	for (;;) {
		for (let i = 0; i < numbers.length; i += 1) numbers[i] = (i * 7919) % 1_000_003;
		numbers.sort();
	}
};
