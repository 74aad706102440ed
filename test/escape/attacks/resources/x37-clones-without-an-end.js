/*
 * X37 Clones large graphs for ever
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const graph = Array.from({ length: 10_000 }, (_, i) => ({ i, name: `n${i}`, map: new Map([[i, { i }]]) }));
	for (;;) structuredClone(graph);
};
