import { describe, expect, it } from "vitest";
import { openSigningKey } from "../../../worker/verbs/crypto-sign/signing-key.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));

/** A private key in PEM, as a secret holds it. */
const pemOf = async (algorithm: { name: string; namedCurve?: string }): Promise<Uint8Array> => {
	const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
	if (!("privateKey" in pair)) throw new Error("Making a key: found one, wanted a pair");
	const der = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
	if (!(der instanceof ArrayBuffer)) throw new Error("Exporting a key: found no bytes, wanted some");
	return utf8(`-----BEGIN PRIVATE KEY-----\n${btoa(String.fromCharCode(...new Uint8Array(der)))}\n-----END PRIVATE KEY-----\n`);
};

describe("verify()", () => {
	it.each([
		["ed25519", { name: "Ed25519" }],
		["ecdsa-p256", { name: "ECDSA", namedCurve: "P-256" }],
	] as const)("of %s says false to bytes of any length that are not the signature, and true to the signature", async (algorithm, made) => {
		const key = await openSigningKey(await pemOf(made), { algorithm, format: "raw" });
		const payload = utf8("pay 1");
		const signature = new Uint8Array((await key?.sign(payload)) ?? []);
		expect(await key?.verify(payload, signature)).toBe(true);
		const forged = [0, 1, 32, 63, 65, 512].map((length) => new Uint8Array(length));
		for (const bytes of [...forged, signature.slice(0, -1), signature.slice().fill(0)])
			expect(await key?.verify(payload, bytes)).toBe(false);
	});
});
