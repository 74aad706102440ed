/*
 * A11 Waits for times that are longer than a clock can say
 * wall: wall-time
 * ends: wall_time_exceeded | cpu_exceeded | never_settled
 * limits: { "cpuMs": 300, "wallMs": 800 }
 */
export default async () => {
	await Promise.all([2 ** 31, 2 ** 53, 1e300, Number.MAX_VALUE].map((ms) => new Promise((resolve) => setTimeout(resolve, ms))));
	for (;;) await new Promise((resolve) => setTimeout(resolve, 1e9));
};
