/*
 * A02 Reads an asynchronous iterator that never ends
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	async function* forever() {
		for (let i = 0; ; i += 1) yield i;
	}
	let sum = 0;
	for await (const i of forever()) sum += i;
	return sum;
};
