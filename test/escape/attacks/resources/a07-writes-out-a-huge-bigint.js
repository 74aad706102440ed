/*
 * A07 Writes out a huge BigInt
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	return (3n ** 10_000_000n).toString().length;
};
