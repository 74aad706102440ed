/*
 * A05 Compiles regular expressions that unfold when they are compiled
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded | program_threw
 * limits: { "cpuMs": 400 }
 */
export default async () => {
	for (let i = 0; ; i += 1) {
		try {
			new RegExp(`(?:(?:(?:a{0,${100 + (i % 7)}}){0,100}){0,100}b)`, "u").test("a".repeat(1_000));
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
		}
	}
};
