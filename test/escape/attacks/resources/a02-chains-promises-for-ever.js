/*
 * A02 Chains promises for ever
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const f = () => Promise.resolve().then(f);
	f();
	await new Promise(() => {});
};
