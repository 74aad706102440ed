/*
 * X21 Loops in a getter of its result
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	return {
		get a() {
			for (;;);
		},
	};
};
