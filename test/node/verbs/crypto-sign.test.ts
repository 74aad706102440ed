import { createPublicKey, generateKeyPairSync, verify as nodeVerify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoSign } from "../../../worker/verbs/crypto-sign/crypto-sign.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost, prepared } from "./perform.ts";

const hmac = (parts: Record<string, unknown> = {}) =>
	cryptoSign.bind({ verb: "crypto.sign", secret: "key", algorithm: "hmac-sha256", encoding: "hex", ...parts });
const ed25519 = (parts: Record<string, unknown> = {}) =>
	cryptoSign.bind({ verb: "crypto.sign", secret: "key", algorithm: "ed25519", encoding: "hex", ...parts });
const withKey = (key: string | Uint8Array) => callContext({ secrets: { key } });
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

const SEED = "hex:9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const HMAC_KEY = `hex:${"0b".repeat(20)}`;

describe("crypto.sign", () => {
	test.each([
		["1", "0b".repeat(20), Buffer.from("Hi There").toString("hex"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
		["3", "aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"],
		[
			"4",
			"0102030405060708090a0b0c0d0e0f10111213141516171819",
			"cd".repeat(50),
			"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
		],
		[
			"6",
			"aa".repeat(131),
			Buffer.from("Test Using Larger Than Block-Size Key - Hash Key First").toString("hex"),
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		],
		[
			"7",
			"aa".repeat(131),
			Buffer.from(
				"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
			).toString("hex"),
			"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
		],
	])("gives the signature of RFC 4231 test case %s", async (_case, key, data, signature) => {
		const result = doneValue(await performOnHost(hmac(), "sign", [bytesOf(data)], withKey(`hex:${key}`)));
		expect(result).toEqual({ signature, algorithm: "hmac-sha256" });
		expect(
			doneValue(await performOnHost(hmac(), "sign", [bytesOf(data)], withKey(`base64:${Buffer.from(key, "hex").toString("base64")}`))),
		).toEqual(result);
		expect(doneValue(await performOnHost(hmac(), "verify", [bytesOf(data), signature], withKey(`hex:${key}`)))).toBe(true);
	});

	test.each([
		[
			"1",
			"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
			"",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		],
		[
			"2",
			"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
			"72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		],
		[
			"3",
			"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
			"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
			"af82",
			"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
		],
	])("gives the signature and the public key of RFC 8032 test %s", async (_case, seed, publicHex, message, signature) => {
		const context = withKey(`hex:${seed}`);
		const keyId = expect.stringMatching(/^[\w-]{43}$/);
		expect(doneValue(await performOnHost(ed25519(), "sign", [bytesOf(message)], context))).toEqual({
			signature,
			algorithm: "ed25519",
			keyId,
		});
		expect(doneValue(await performOnHost(ed25519(), "verify", [bytesOf(message), signature], context))).toBe(true);
		expect(doneValue(await performOnHost(ed25519(), "publicKey", [], context))).toMatchObject({
			raw: Buffer.from(publicHex, "hex").toString("base64"),
		});
	});

	test("the key id is the thumbprint of RFC 8037 appendix A.3, and the PEM is a key that Node verifies with", async () => {
		const value = doneValue(await performOnHost(ed25519(), "publicKey", [], withKey(SEED)));
		expect(value).toMatchObject({
			jwk: {
				kty: "OKP",
				crv: "Ed25519",
				x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
				kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
			},
		});
		expect(JSON.stringify(value)).not.toContain(Buffer.from(SEED.slice(4), "hex").toString("base64url"));
		const pem = JSON.parse(JSON.stringify(value)).pem;
		const signed = JSON.parse(JSON.stringify(doneValue(await performOnHost(ed25519(), "sign", ["hé"], withKey(SEED)))));
		expect(nodeVerify(null, Buffer.from("hé"), createPublicKey(pem), Buffer.from(signed.signature, "hex"))).toBe(true);
	});

	test("a PKCS#8 PEM is taken as Node writes it", async () => {
		const { privateKey, publicKey } = generateKeyPairSync("ed25519");
		const pem = privateKey.export({ type: "pkcs8", format: "pem" });
		expect(doneValue(await performOnHost(ed25519(), "publicKey", [], withKey(String(pem))))).toMatchObject({
			pem: publicKey.export({ type: "spki", format: "pem" }),
		});
	});

	test("signatures come in the grant's encoding, base64url by default, or in the call's", async () => {
		const signatureBy = async (grant: ReturnType<typeof hmac>, ...rest: unknown[]) =>
			JSON.parse(JSON.stringify(doneValue(await performOnHost(grant, "sign", ["x", ...rest], withKey(HMAC_KEY))))).signature;
		const hex = await signatureBy(hmac());
		expect(await signatureBy(hmac({ encoding: undefined }))).toBe(Buffer.from(hex, "hex").toString("base64url"));
		expect(await signatureBy(hmac(), { encoding: "base64" })).toBe(Buffer.from(hex, "hex").toString("base64"));
	});

	test("a signature that is changed, cut, of another payload or of another encoding is false", async () => {
		const good = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
		const verify = async (payload: string, signature: string) =>
			doneValue(await performOnHost(hmac(), "verify", [payload, signature], withKey(HMAC_KEY)));
		expect(await verify("Hi There", good)).toBe(true);
		expect(await verify("Hi There", good.toUpperCase())).toBe(true);
		for (const bad of [`c${good.slice(1)}`, good.slice(2), `${good}00`, "", "zz", Buffer.from(good, "hex").toString("base64")])
			expect(await verify("Hi There", bad)).toBe(false);
		expect(await verify("Hi there", good)).toBe(false);
		expect(doneValue(await performOnHost(ed25519(), "verify", ["x", "00".repeat(64)], withKey(SEED)))).toBe(false);
		expect(doneValue(await performOnHost(ed25519(), "verify", ["x", "00"], withKey(SEED)))).toBe(false);
	});

	test("an HMAC key is the secret's bytes as they are, from 16 bytes", async () => {
		const sign = async (key: string | Uint8Array) => codeOf(await performOnHost(hmac(), "sign", ["x"], withKey(key)));
		expect(await sign("k".repeat(16))).toBe("done");
		expect(await sign("k".repeat(15))).toBe("secret_unavailable");
		expect(await sign(`hex:${"00".repeat(16)}`)).toBe("done");
		expect(await sign(`hex:${"00".repeat(15)}`)).toBe("secret_unavailable");
		expect(await sign(`hex:${"zz".repeat(16)}`)).toBe("secret_unavailable");
		expect(await sign(`base64:${"!".repeat(40)}`)).toBe("secret_unavailable");
		expect(await sign(new Uint8Array(16).fill(0xff))).toBe("done");
	});

	test.each([
		["text", "correct horse battery staple, no key"],
		["a short seed", `hex:${"00".repeat(31)}`],
		["a long seed", `hex:${"00".repeat(33)}`],
		["broken hex", `hex:${"0g".repeat(32)}`],
		["broken PEM", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"],
		["an RSA key", String(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }))],
		["a public key", String(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }))],
	])("%s is no Ed25519 key, and the refusal says nothing of it", async (_name, secret) => {
		const outcome = await performOnHost(ed25519(), "sign", ["x"], withKey(secret));
		expect(outcome).toEqual({
			kind: "failed",
			code: "secret_unavailable",
			message: "sign: the secret that the grant names is not there or does not fit ed25519",
			cost: {},
		});
		expect(await performOnHost(ed25519(), "sign", ["x"], callContext())).toEqual(outcome);
	});

	test("payloads are text or bytes up to the limit", async () => {
		expect(codeOf(await performOnHost(hmac(), "sign", [new Uint8Array(LIMITS.payloadBytes)], withKey(HMAC_KEY)))).toBe("done");
		expect(invalidMessage(hmac(), "sign", [new Uint8Array(LIMITS.payloadBytes + 1)])).toContain(`at most ${LIMITS.payloadBytes} bytes`);
		expect(invalidMessage(hmac(), "sign", ["é".repeat(LIMITS.payloadBytes / 2 + 1)])).toContain("at most");
		for (const payload of [{ a: 1 }, ["a"], 7, null, undefined, new Map()])
			expect(invalidMessage(hmac(), "sign", [payload])).toContain("JSON.stringify");
		expect(invalidMessage(hmac(), "sign", ["\ud800"])).toContain("half surrogate");
		expect(invalidMessage(hmac(), "sign", ["x", { encoding: "none" }])).toBe(
			'sign argument 2.encoding: found "none", wanted one of hex, base64, base64url',
		);
		expect(invalidMessage(hmac(), "sign", ["x", { alg: "none" }])).toContain('found the field "alg"');
		expect(invalidMessage(hmac(), "verify", ["x", 1])).toContain("wanted a signature");
		expect(invalidMessage(ed25519(), "publicKey", ["../other"])).toContain("wanted no argument");
	});

	test("only a key pair has a public key", () => {
		expect(hmac().methods).toEqual(["sign", "verify"]);
		expect(ed25519().methods).toEqual(["sign", "verify", "publicKey"]);
		expect(invalidMessage(hmac(), "publicKey", [])).toContain("wanted one of sign, verify");
		expect(invalidMessage(hmac(), "constructor", [])).toContain("wanted one of");
	});

	test("the grant's schema is strict, and the declaration does not name the secret", () => {
		for (const bad of [
			{ algorithm: "none" },
			{ algorithm: "rsa" },
			{ secret: "" },
			{ encoding: "utf8" },
			{ key: "x" },
			{ approval: "sometimes" },
		]) {
			expect(cryptoSign.grantSchema.safeParse({ verb: "crypto.sign", secret: "k", algorithm: "ed25519", ...bad }).success).toBe(false);
		}
		const grant = ed25519({ secret: "payout_key", approval: "always" });
		expect(grant.declaration(NO_RESOURCES)).toContain("publicKey()");
		expect(grant.declaration(NO_RESOURCES)).not.toContain("payout_key");
		expect(hmac({ secret: "payout_key" }).declaration(NO_RESOURCES)).not.toContain("publicKey");
		expect(grant.lint()).toEqual([]);
		expect(hmac().lint()).toHaveLength(1);
		expect(prepared(grant, "sign", ["x"])).toMatchObject({
			effect: "write",
			local: false,
			idempotent: true,
			planned: { signature: "", algorithm: "ed25519" },
			decision: { kind: "allowed", rule: "sign with ed25519" },
		});
		for (const [method, args] of [
			["verify", ["x", "AA"]],
			["publicKey", []],
		] as const)
			expect(prepared(grant, method, args), method).toMatchObject({ effect: "read", idempotent: true });
	});
});
