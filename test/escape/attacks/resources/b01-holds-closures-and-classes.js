/*
 * B01 Makes closures, classes and generators that it keeps
 * wall: memory
 * ends: memory_exceeded | cpu_exceeded
 * limits: { "cpuMs": 1200, "wallMs": 24000, "memoryMb": 32 }
 * grants: []
 */
export default async () => {
	const kept = [];
	for (let i = 0; ; i += 1) {
		const bytes = new Array(5_000).fill(i);
		kept.push(
			() => bytes,
			class {
				static bytes = bytes;
			},
			(function* () {
				yield bytes;
			})().next(),
		);
	}
};
