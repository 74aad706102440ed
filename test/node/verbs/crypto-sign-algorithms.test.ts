import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, verify as nodeVerify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { cryptoSign } from "../../../worker/verbs/crypto-sign/crypto-sign.ts";
import { derToRaw, rawToDer } from "../../../worker/verbs/crypto-sign/der-signature.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost } from "./perform.ts";

const bound = (algorithm: string, parts: Record<string, unknown> = {}) =>
	cryptoSign.bind({ verb: "crypto.sign", secret: "key", algorithm, encoding: "hex", ...parts });
const withKey = (key: string | Uint8Array) => callContext({ secrets: { key } });
const pemOf = (key: KeyObject): string => String(key.export({ type: "pkcs8", format: "pem" }));

const Signed = z.object({ signature: z.string(), keyId: z.string().optional() });
const signWith = async (grant: ReturnType<typeof bound>, key: string, payload: string) =>
	Signed.parse(doneValue(await performOnHost(grant, "sign", [payload], withKey(key))));
const verifyWith = async (grant: ReturnType<typeof bound>, key: string, payload: string, signature: string) =>
	doneValue(await performOnHost(grant, "verify", [payload, signature], withKey(key)));

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe("hmac-sha512", () => {
	test.each([
		[
			"0b".repeat(20),
			"Hi There",
			"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
		],
		[
			"aa".repeat(131),
			"Test Using Larger Than Block-Size Key - Hash Key First",
			"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
		],
	])("gives the signature of RFC 4231 for the key %s", async (key, data, signature) => {
		const grant = bound("hmac-sha512");
		expect((await signWith(grant, `hex:${key}`, data)).signature).toBe(signature);
		expect(await verifyWith(grant, `hex:${key}`, data, signature)).toBe(true);
		expect(await verifyWith(bound("hmac-sha256"), `hex:${key}`, data, signature)).toBe(false);
	});

	test("a public key in PEM is no HMAC key: whoever has it could sign", async () => {
		const publicPem = String(RSA.publicKey.export({ type: "spki", format: "pem" }));
		for (const algorithm of ["hmac-sha256", "hmac-sha512"])
			for (const secret of [publicPem, `\n ${publicPem}`, pemOf(RSA.privateKey)])
				expect(codeOf(await performOnHost(bound(algorithm), "sign", ["x"], withKey(secret)))).toBe("secret_unavailable");
	});
});

describe("ecdsa-p256", () => {
	// RFC 6979 A.2.5.
	const key = createPrivateKey({
		format: "jwk",
		key: {
			kty: "EC",
			crv: "P-256",
			d: Buffer.from("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "hex").toString("base64url"),
			x: Buffer.from("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", "hex").toString("base64url"),
			y: Buffer.from("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299", "hex").toString("base64url"),
		},
	});
	const known =
		"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

	test("verifies the signature of RFC 6979 A.2.5, raw and as DER", async () => {
		expect(await verifyWith(bound("ecdsa-p256"), pemOf(key), "sample", known)).toBe(true);
		expect(await verifyWith(bound("ecdsa-p256"), pemOf(key), "Sample", known)).toBe(false);
		const der = Buffer.from(rawToDer(new Uint8Array(Buffer.from(known, "hex")))).toString("hex");
		expect(await verifyWith(bound("ecdsa-p256", { signatureFormat: "der" }), pemOf(key), "sample", der)).toBe(true);
		expect(await verifyWith(bound("ecdsa-p256"), pemOf(key), "sample", der)).toBe(false);
		expect(await verifyWith(bound("ecdsa-p256", { signatureFormat: "der" }), pemOf(key), "sample", known)).toBe(false);
	});

	test("Node takes both forms, and gives what is taken", async () => {
		for (const [signatureFormat, dsaEncoding] of [
			["raw", "ieee-p1363"],
			["der", "der"],
		] as const) {
			const grant = bound("ecdsa-p256", { signatureFormat });
			for (let round = 0; round < 20; round += 1) {
				const { signature } = await signWith(grant, pemOf(EC.privateKey), `hé ${round}`);
				const bytes = Buffer.from(signature, "hex");
				expect(nodeVerify("sha256", Buffer.from(`hé ${round}`), { key: EC.publicKey, dsaEncoding }, bytes)).toBe(true);
				expect(await verifyWith(grant, pemOf(EC.privateKey), `hé ${round}`, signature)).toBe(true);
			}
		}
	});

	test("DER has one form of each signature, also of small numbers", () => {
		for (const [r, s] of [
			["00", "00"],
			["01", "80"],
			["7f", "ff".repeat(32)],
			[`00${"80".repeat(31)}`, `00${"7f".repeat(31)}`],
		] as const) {
			const raw = new Uint8Array(Buffer.from(r.padStart(64, "0") + s.padStart(64, "0"), "hex"));
			expect(derToRaw(rawToDer(raw))).toEqual(raw);
		}
		const good = rawToDer(new Uint8Array(Buffer.from(known, "hex")));
		for (const bad of [
			new Uint8Array(),
			good.subarray(1),
			good.subarray(0, -1),
			new Uint8Array([...good, 0]),
			new Uint8Array([0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x01]),
			new Uint8Array([0x30, 0x07, 0x02, 0x02, 0x00, 0x01, 0x02, 0x01, 0x01]),
			new Uint8Array([0x30, 0x81, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]),
			new Uint8Array(255).fill(0xff),
		])
			expect(derToRaw(bad)).toBeNull();
	});
});

describe("rsa-pss-sha256", () => {
	test("Node verifies with a salt of 32 bytes", async () => {
		const grant = bound("rsa-pss-sha256");
		const { signature, keyId } = await signWith(grant, pemOf(RSA.privateKey), "payout");
		const key = { key: RSA.publicKey, padding: 6, saltLength: 32 };
		expect(nodeVerify("sha256", Buffer.from("payout"), key, Buffer.from(signature, "hex"))).toBe(true);
		expect(await verifyWith(grant, pemOf(RSA.privateKey), "payout", signature)).toBe(true);
		expect(await verifyWith(grant, pemOf(RSA.privateKey), "Payout", signature)).toBe(false);
		expect(keyId).toMatch(/^[\w-]{43}$/);
	});

	test("keys have 2048 to 4096 bits", async () => {
		const codeWith = async (modulusLength: number) => {
			const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
			return codeOf(await performOnHost(bound("rsa-pss-sha256"), "sign", ["x"], withKey(pemOf(privateKey))));
		};
		expect(await codeWith(1024)).toBe("secret_unavailable");
		expect(await codeWith(2040)).toBe("secret_unavailable");
		expect(await codeWith(4096)).toBe("done");
		expect(await codeWith(4104)).toBe("secret_unavailable");
	});
});

describe("public keys", () => {
	const Key = z.object({ raw: z.string().optional(), jwk: z.record(z.string(), z.string()), pem: z.string() });

	test.each([
		["ecdsa-p256", EC, ["crv", "kid", "kty", "x", "y"]],
		["rsa-pss-sha256", RSA, ["e", "kid", "kty", "n"]],
	] as const)("of %s have no private member, and are Node's", async (algorithm, pair, members) => {
		const { jwk, pem, raw } = Key.parse(doneValue(await performOnHost(bound(algorithm), "publicKey", [], withKey(pemOf(pair.privateKey)))));
		expect(Object.keys(jwk).sort()).toEqual(members);
		expect(pem).toBe(pair.publicKey.export({ type: "spki", format: "pem" }));
		expect(createPublicKey({ key: jwk, format: "jwk" }).equals(pair.publicKey)).toBe(true);
		expect(raw === undefined).toBe(algorithm === "rsa-pss-sha256");
	});

	test("keys of another kind do not fit, and nothing more is said", async () => {
		const others = {
			ed25519: pemOf(generateKeyPairSync("ed25519").privateKey),
			"ecdsa-p256": pemOf(EC.privateKey),
			"rsa-pss-sha256": pemOf(RSA.privateKey),
		};
		const p384 = pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey);
		for (const algorithm of Object.keys(others)) {
			for (const [kind, secret] of [
				...Object.entries(others),
				["p384", p384],
				["public", String(EC.publicKey.export({ type: "spki", format: "pem" }))],
				["seed", `hex:${"11".repeat(32)}`],
			] as const) {
				const fits = kind === algorithm || (kind === "seed" && algorithm === "ed25519");
				const outcome = await performOnHost(bound(algorithm), "sign", ["x"], withKey(secret));
				expect(codeOf(outcome), `${kind} for ${algorithm}`).toBe(fits ? "done" : "secret_unavailable");
				if (outcome.kind === "failed")
					expect(outcome.message).toBe(`sign: the secret that the grant names is not there or does not fit ${algorithm}`);
			}
		}
	});

	test("a program cannot name an algorithm, a format or a key", () => {
		for (const options of [
			{ algorithm: "hmac-sha256" },
			{ signatureFormat: "der" },
			{ secret: "other" },
			JSON.parse('{"__proto__":{"encoding":"hex"}}'),
		])
			expect(invalidMessage(bound("ecdsa-p256"), "sign", ["x", options])).toContain("sign argument 2");
		expect(bound("ecdsa-p256", { signatureFormat: "der" }).lint().join()).not.toContain("signatureFormat");
		expect(bound("ed25519", { signatureFormat: "der" }).lint().join()).toContain("signatureFormat changes nothing");
	});
});
