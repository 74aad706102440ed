/*
 * A08 Makes RSA keys
 * wall: cpu
 * ends: not_deterministic
 * limits: { "cpuMs": 200 }
 */
export default async () => {
	for (;;)
		await crypto.subtle.generateKey(
			{ name: "RSASSA-PKCS1-v1_5", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
			true,
			["sign"],
		);
};
