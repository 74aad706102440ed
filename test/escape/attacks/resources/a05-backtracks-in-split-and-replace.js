/*
 * A05 Backtracks in split, replace and matchAll, where a host may forget to look
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const text = `${"x".repeat(40)}!`;
	const said = [];
	for (const work of [() => text.split(/(?:x+x+)+y/), () => text.replace(/(?:x+x+)+y/g, ""), () => [...text.matchAll(/(?:x+x+)+y/g)]]) said.push(work());
	return said.length;
};
