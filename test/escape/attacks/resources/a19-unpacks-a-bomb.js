/*
 * A19 Unpacks a bomb
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const c = new CompressionStream("gzip");
	const w = c.writable.getWriter();
	(async () => {
		const b = new Uint8Array(1 << 20);
		for (;;) await w.write(b);
	})();
	const r = c.readable.pipeThrough(new DecompressionStream("gzip")).getReader();
	for (;;) await r.read();
};
