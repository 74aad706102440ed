/*
 * A12 Sleeps, then loops at the limit
 * wall: wall-time
 * ends: wall_time_exceeded | cpu_exceeded
 * limits: { "wallMs": 700, "cpuMs": 300 }
 */
export default async () => {
	await new Promise((r) => setTimeout(r, 690));
	for (;;);
};
