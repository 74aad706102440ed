/*
 * A12 Works a little between sleeps, so that it is never seen at work
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 150, "wallMs": 15000 }
 */
export default async () => {
	for (;;) {
		for (let i = 0; i < 2e6; i += 1) Math.sqrt(i);
		await new Promise((resolve) => setTimeout(resolve, 3));
	}
};
