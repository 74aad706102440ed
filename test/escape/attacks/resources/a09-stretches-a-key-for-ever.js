/*
 * A09 Stretches a key for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const k = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
	for (;;)
		await crypto.subtle.deriveBits(
			{ name: "PBKDF2", salt: new Uint8Array(8), iterations: 100000, hash: "SHA-512" },
			k,
			4096,
		);
};
