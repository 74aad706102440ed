/*
 * A08 Asks once for a key that takes hours to stretch
 * wall: cpu
 * ends: cpu_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
	await crypto.subtle.deriveBits({ name: "PBKDF2", salt: new Uint8Array(8), iterations: 2_000_000_000, hash: "SHA-512" }, key, 512);
	return "stretched";
};
