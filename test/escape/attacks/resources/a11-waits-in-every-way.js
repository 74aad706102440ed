/*
 * A11 Sleeps by every means that the runtime has
 * wall: wall-time
 * ends: wall_time_exceeded | program_threw
 * limits: { "cpuMs": 300, "wallMs": 800 }
 */
export default async () => {
	const ways = [() => scheduler.wait(1e8), () => new Promise((resolve) => AbortSignal.timeout(1e8).addEventListener("abort", resolve)), () => new Promise((resolve) => setTimeout(resolve, 1e8))];
	await Promise.all(ways.map((wait) => wait()));
	return "awake";
};
