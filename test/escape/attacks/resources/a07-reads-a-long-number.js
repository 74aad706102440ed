/*
 * A07 Reads a whole number of three million digits
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const digits = "7".repeat(3_000_000);
	for (;;) if (BigInt(digits) < 0n) return "negative";
};
