/*
 * A06 Sorts with a slow comparison
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	return Array.from({ length: 2e6 }, (_, i) => i).sort(() => {
		for (let i = 0; i < 1e4; i++);
		return Math.random() - 0.5;
	}).length;
};
