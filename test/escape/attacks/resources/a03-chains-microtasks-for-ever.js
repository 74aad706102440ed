/*
 * A03 Chains microtasks for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const f = () => queueMicrotask(f);
	f();
	await new Promise(() => {});
};
