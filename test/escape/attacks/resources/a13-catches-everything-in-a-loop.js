/*
 * A13 Catches everything in a loop
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (;;) {
		try {
			for (;;) Math.sqrt(2);
		} catch {
		} finally {
			for (;;);
		}
	}
};
