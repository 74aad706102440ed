/*
 * A04 Sets intervals of nothing, of less than nothing and of no number
 * wall: cpu
 * ends: cpu_exceeded | wall_time_exceeded
 * limits: { "cpuMs": 200, "wallMs": 1500 }
 */
export default async () => {
	for (const ms of [0, -1, Number.NaN, Number.NEGATIVE_INFINITY, "x", undefined, 1e-300]) setInterval(() => Math.sqrt(2), ms);
	await new Promise(() => {});
};
