/*
 * A09 Hashes for ever
 * wall: cpu
 * ends: cpu_exceeded
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const b = new Uint8Array(32 << 20);
	for (;;) await crypto.subtle.digest("SHA-512", b);
};
