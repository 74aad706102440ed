/*
 * D03 Counts and times under a million names, and prints tables of a million rows
 * wall: memory
 * ends: contained
 * limits: { "cpuMs": 800, "wallMs": 15000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	for (let i = 0; i < 1_000_000; i += 1) {
		console.count(`count ${i}`);
		console.time(`time ${i}`);
	}
	console.table(Array.from({ length: 1_000_000 }, (_, i) => ({ [`column ${i}`]: i })));
	return 1;
};
