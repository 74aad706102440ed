/*
 * B14 Builds a deep chain of proxies
 * wall: memory
 * ends: returns "RangeError"
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	let p = {};
	for (let i = 0; i < 2e5; i++) p = new Proxy(p, {});
	try {
		Object.getPrototypeOf(p);
	} catch (e) {
		return e.name;
	}
};
