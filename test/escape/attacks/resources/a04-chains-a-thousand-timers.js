/*
 * A04 Chains a thousand timers
 * wall: wall-time
 * ends: cpu_exceeded | wall_time_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const f = () => setTimeout(f, 0);
	for (let i = 0; i < 1000; i++) f();
	await new Promise(() => {});
};
