/*
 * A03 Starts chains of microtasks out of timers
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const chain = () => queueMicrotask(chain);
	await new Promise(() => setTimeout(chain, 1));
};
