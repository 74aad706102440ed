/*
 * A09 Hashes, signs and encrypts side by side, on whatever threads the runtime has
 * wall: cpu
 * ends: cpu_exceeded | memory_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const bytes = new Uint8Array(4 << 20);
	const key = await crypto.subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, ["encrypt"]);
	for (;;) {
		await Promise.all([
			...Array.from({ length: 8 }, () => crypto.subtle.digest("SHA-512", bytes)),
			...Array.from({ length: 8 }, (_, i) => crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12).fill(i) }, key, bytes)),
		]);
	}
};
