/*
 * A05 Backtracks over references to its own groups
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => /^(?:(.+)+)\1\1\1$/.test(`${"ab".repeat(200)}c`);
