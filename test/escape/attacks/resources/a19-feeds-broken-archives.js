/*
 * A19 Unpacks broken and endless archives of every format for ever
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (let i = 0; ; i += 1) {
		const bytes = new Uint8Array(64 << 10).map((_, at) => (at * 31 + i) % 251);
		for (const format of ["gzip", "deflate", "deflate-raw"]) {
			await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format))).arrayBuffer().catch(() => {});
		}
	}
};
