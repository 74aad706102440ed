/*
 * X37 Writes JSON and reads it back, with functions that look at each value
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const rows = Array.from({ length: 5_000 }, (_, i) => ({ i, text: `t${i}` }));
	for (;;) JSON.parse(JSON.stringify(rows, (_, value) => value, 10), (_, value) => value);
};
