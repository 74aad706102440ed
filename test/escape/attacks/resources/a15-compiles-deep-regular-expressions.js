/*
 * A15 Compiles deep regular expressions
 * wall: cpu
 * ends: cpu_exceeded | program_threw | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (;;) {
		try {
			new RegExp("(".repeat(1e5) + ")".repeat(1e5));
		} catch (e) {
			if (!(e instanceof SyntaxError)) throw e;
		}
	}
};
