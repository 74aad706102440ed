/*
 * A13 Loops in the clean-up of a generator that was left
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	function* steps() {
		try {
			yield 1;
		} finally {
			for (;;);
		}
	}
	for (const step of steps()) return step;
};
