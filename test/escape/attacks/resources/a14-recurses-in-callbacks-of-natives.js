/*
 * A14 Fills the stack through natives that call back: sort, replace, JSON, Array.from
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const replace = () => "a".replace(/a/, replace);
	const sort = () => [1, 2].sort(sort);
	const read = () => JSON.parse("[1]", read);
	const write = () => JSON.stringify({ toJSON: write });
	const from = () => Array.from([1], from);
	for (;;) {
		for (const fall of [replace, sort, read, write, from]) {
			try {
				fall();
			} catch {}
		}
	}
};
