/*
 * X33 Writes huge whole numbers as a language does
 * wall: cpu
 * ends: cpu_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const number = BigInt(`9${"0".repeat(50_000)}`);
	let chars = 0;
	for (;;) chars += number.toLocaleString("de").length;
};
