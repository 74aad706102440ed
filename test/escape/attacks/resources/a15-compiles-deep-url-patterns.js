/*
 * A15 Compiles URL patterns of deep and of many groups
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded | program_threw
 * limits: { "cpuMs": 400 }
 */
export default async () => {
	for (;;) {
		for (const pathname of ["(".repeat(20_000) + ")".repeat(20_000), ":a(\\d+)?".repeat(2_000), "{a".repeat(2_000) + "}".repeat(2_000)]) {
			try {
				new URLPattern({ pathname });
			} catch (error) {
				if (!(error instanceof TypeError)) throw error;
			}
		}
	}
};
