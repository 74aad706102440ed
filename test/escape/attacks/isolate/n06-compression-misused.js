/*
 * N06 Writes to compression that is closed, aborted, of no kind or fed with garbage
 * wall: isolate
 * ends: contained
 * limits: { "cpuMs": 1500 }
 */
export default async () => {
	const said = [];
	for (const format of ["gzip", "deflate", "deflate-raw", "brotli", "zstd", "", "__proto__", { toString: () => "gzip" }]) {
		for (const Kind of [CompressionStream, DecompressionStream]) {
			try {
				const { readable, writable } = new Kind(format);
				const writer = writable.getWriter();
				const bytes = new Uint8Array(1_000).map((_, index) => index * 7);
				const steps = [writer.write(bytes), writer.write("text"), writer.write(null), writer.close(), writer.write(bytes), writer.abort()];
				const reading = readable.getReader();
				steps.push(reading.read(), reading.cancel(), reading.read());
				said.push((await Promise.allSettled(steps)).filter(({ status }) => status === "rejected").length);
			} catch (error) {
				said.push(error.name);
			}
		}
	}
	return said;
};
