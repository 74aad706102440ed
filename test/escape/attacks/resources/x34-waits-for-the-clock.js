/*
 * X34 Loops until a clock that stands still has moved
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const until = Date.now() + 1_000_000;
	while (Date.now() < until && performance.now() < until);
	return "later";
};
