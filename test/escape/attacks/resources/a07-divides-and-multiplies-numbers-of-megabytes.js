/*
 * A07 Multiplies and divides numbers of a megabyte
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const large = (1n << 8_000_000n) - 1n;
	for (;;) if ((large * (large - 2n)) % (large - 4n) === 1n) return "one";
};
