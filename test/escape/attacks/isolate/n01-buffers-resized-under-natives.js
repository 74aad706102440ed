/*
 * N01 Resizes and detaches buffers in getters of arguments that hashes, ciphers, coders and streams are reading
 * wall: isolate
 * ends: contained
 */
export default async () => {
	const said = [];
	for (const spoil of [(buffer) => buffer.resize(0), (buffer) => structuredClone(buffer, { transfer: [buffer] })]) {
		const fresh = () => new ArrayBuffer(1 << 16, { maxByteLength: 1 << 20 });
		const tries = [
			(buffer) => crypto.subtle.digest({ get name() { spoil(buffer); return "SHA-256"; } }, new Uint8Array(buffer)),
			(buffer) => crypto.subtle.importKey("raw", new Uint8Array(buffer, 0, 32), { get name() { spoil(buffer); return "AES-GCM"; } }, false, ["encrypt"]),
			(buffer) => crypto.subtle.timingSafeEqual(new Uint8Array(buffer), { get byteLength() { spoil(buffer); return 1; } }),
			(buffer) => new TextDecoder("utf-8").decode(new Uint8Array(buffer), { get stream() { spoil(buffer); return true; } }),
			(buffer) => new TextEncoder().encodeInto({ toString() { spoil(buffer); return "x".repeat(1e5); } }, new Uint8Array(buffer)),
			(buffer) => new Blob([new Uint8Array(buffer), { toString() { spoil(buffer); return "x"; } }]).arrayBuffer(),
			(buffer) => new Response(new Uint8Array(buffer), { get status() { spoil(buffer); return 200; } }).arrayBuffer(),
			(buffer) => new Uint8Array(buffer).set({ length: 2, get 0() { spoil(buffer); return 1; }, 1: 2 }),
			(buffer) => new Uint8Array(buffer).fill({ valueOf() { spoil(buffer); return 1; } }),
			(buffer) => new Uint8Array(buffer).toBase64({ get alphabet() { spoil(buffer); return "base64url"; } }),
			(buffer) => new Uint8Array(buffer).setFromHex("00".repeat(64)) && spoil(buffer),
			(buffer) => crypto.getRandomValues(new Proxy(new Uint8Array(buffer), { get: (target, key) => { spoil(buffer); return target[key]; } })),
		];
		for (const attempt of tries) {
			const buffer = fresh();
			try {
				const got = await attempt(buffer);
				said.push(typeof got);
			} catch (error) {
				said.push(error.name);
			}
		}
	}
	return said;
};
