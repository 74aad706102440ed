/*
 * A07 Squares a BigInt
 * wall: cpu
 * ends: cpu_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	let x = 3n;
	for (;;) x *= x;
};
