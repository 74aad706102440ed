/*
 * A13 Starts itself anew whenever it fails
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const again = () => Promise.reject(new Error("again")).catch(again);
	await Promise.any(Array.from({ length: 10 }, again));
};
