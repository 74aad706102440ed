/*
 * D01 Logs values that are far larger than a line
 * wall: ledger
 * ends: returns 1
 * limits: { "cpuMs": 3000, "wallMs": 20000, "memoryMb": 128 }
 */
export default async () => {
	const wide = Array.from({ length: 100_000 }, (_, i) => ({ i }));
	let deep = {};
	for (let i = 0; i < 100_000; i += 1) deep = { deep };
	console.log(wide, deep, new Uint8Array(8 << 20), new Map(wide.map((row) => [row, row])), "x".repeat(1 << 24));
	return 1;
};
