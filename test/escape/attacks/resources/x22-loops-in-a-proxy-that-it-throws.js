/*
 * X22 Loops in a proxy that it throws
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	throw new Proxy(new Error("x"), {
		get() {
			for (;;);
		},
	});
};
