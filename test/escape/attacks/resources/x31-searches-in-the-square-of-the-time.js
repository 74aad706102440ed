/*
 * X31 Searches long strings for patterns that take the square of the time
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const hay = "a".repeat(1 << 22);
	const needle = `${"a".repeat(1 << 21)}b`;
	for (;;) {
		hay.indexOf(needle);
		hay.lastIndexOf(`b${needle}`);
		hay.includes(needle);
	}
};
