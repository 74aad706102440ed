/*
 * D01 Logs for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 400 }
 */
export default async () => {
	for (let i = 0; ; i += 1) console.log(i, "x".repeat(1_000));
};
