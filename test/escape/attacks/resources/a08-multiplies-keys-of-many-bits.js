/*
 * A08 Verifies signatures under RSA keys of sixteen thousand bits
 * wall: cpu
 * ends: cpu_exceeded | program_threw
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	const url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	const n = url(new Uint8Array(2_048).fill(0xff));
	const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
	const key = await crypto.subtle.importKey("jwk", { kty: "RSA", n, e: "AQAB", alg: "RS256" }, algorithm, false, ["verify"]);
	for (;;) await crypto.subtle.verify(algorithm, key, new Uint8Array(2_048).fill(7), new Uint8Array(8));
};
