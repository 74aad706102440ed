/*
 * X36 Decodes text of many encodings without an end
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const bytes = new Uint8Array(4 << 20).map((_, i) => i % 256);
	for (;;) for (const encoding of ["utf-8", "utf-16le", "gbk", "shift_jis", "euc-kr", "iso-2022-jp"]) new TextDecoder(encoding).decode(bytes);
};
