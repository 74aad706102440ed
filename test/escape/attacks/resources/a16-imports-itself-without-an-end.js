/*
 * A16 Imports its own modules again and again
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (;;) {
		const { next } = await import("./other.js");
		await next();
	}
};
// --- module: other.js
export const next = () => import("./main.js");
