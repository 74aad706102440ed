/*
 * B13 Thrashes near its limit
 * wall: memory
 * ends: cpu_exceeded | memory_exceeded | wall_time_exceeded
 * limits: { "cpuMs": 1500 }
 */
export default async () => {
	const a = Array.from({ length: 1.2e6 }, (_, i) => ({ i, s: "x" + i }));
	for (;;) {
		let b = [];
		for (let i = 0; i < 1e5; i++) b.push({ i });
		if (b.length < 0) return a;
	}
};
