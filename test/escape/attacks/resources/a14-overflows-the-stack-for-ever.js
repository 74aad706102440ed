/*
 * A14 Overflows the stack for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const f = () => f();
	for (;;) {
		try {
			f();
		} catch {}
	}
};
