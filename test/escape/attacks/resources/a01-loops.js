/*
 * A01 Loops
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (;;);
};
