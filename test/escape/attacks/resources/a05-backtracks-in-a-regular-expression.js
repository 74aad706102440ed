/*
 * A05 Backtracks in a regular expression
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	return /^(a+)+$/.test("a".repeat(40) + "b");
};
