/*
 * A12 Sleeps in small sleeps, so that no single one is too long
 * wall: wall-time
 * ends: wall_time_exceeded
 * limits: { "cpuMs": 1000, "wallMs": 800 }
 */
export default async () => {
	for (;;) await new Promise((resolve) => setTimeout(resolve, 5));
};
