import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoSeal } from "../../../worker/verbs/crypto-seal/crypto-seal.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost, prepared } from "./perform.ts";

const KEY = Buffer.alloc(32, 0x42);
const SECRET = `hex:${KEY.toString("hex")}`;
const KEY_ID = createHmac("sha256", KEY).update("cordon crypto.seal key id").digest().subarray(0, 8).toString("base64url");

const bound = (parts: Record<string, unknown> = {}) => cryptoSeal.bind({ verb: "crypto.seal", secret: "key", ...parts });
const withKey = (key: string | Uint8Array) => callContext({ secrets: { key } });
const encrypt = async (plain: unknown, options?: unknown, key = SECRET) =>
	z.string().parse(doneValue(await performOnHost(bound(), "encrypt", [plain, options], withKey(key))));
const decrypt = (sealed: string, options?: unknown, key = SECRET) => performOnHost(bound(), "decrypt", [sealed, options], withKey(key));

describe("crypto.seal", () => {
	test("gives back what it was given, text as text and bytes as bytes", async () => {
		for (const plain of ["", "hé 😀", "\ufeffx", "e\u0301", new Uint8Array(), new Uint8Array([0, 255, 128])]) {
			expect(doneValue(await decrypt(await encrypt(plain)))).toEqual(plain);
			expect(doneValue(await decrypt(await encrypt(plain, { context: "c" }), { context: "c" }))).toEqual(plain);
		}
		const large = new Uint8Array(LIMITS.payloadBytes).fill(7);
		expect(doneValue(await decrypt(await encrypt(large)))).toEqual(large);
	});

	test("is AES-256-GCM that Node opens, with head and context as additional data", async () => {
		const sealed = await encrypt("payload", { context: "row 7" });
		const [version, kind, keyId, encoded] = sealed.split(".");
		expect([version, kind, keyId]).toEqual(["seal1", "t", KEY_ID]);
		const whole = Buffer.from(encoded ?? "", "base64url");
		const decipher = createDecipheriv("aes-256-gcm", KEY, whole.subarray(0, 12));
		decipher.setAAD(Buffer.from(`seal1.t.${KEY_ID}|row 7`)).setAuthTag(whole.subarray(-16));
		expect(Buffer.concat([decipher.update(whole.subarray(12, -16)), decipher.final()]).toString()).toBe("payload");
	});

	test("opens what Node sealed", async () => {
		const cipher = createCipheriv("aes-256-gcm", KEY, Buffer.alloc(12, 1));
		cipher.setAAD(Buffer.from(`seal1.b.${KEY_ID}`));
		const body = Buffer.concat([Buffer.alloc(12, 1), cipher.update("abc"), cipher.final(), cipher.getAuthTag()]);
		expect(doneValue(await decrypt(`seal1.b.${KEY_ID}.${body.toString("base64url")}`))).toEqual(new Uint8Array(Buffer.from("abc")));
	});

	test("two seals of one text differ", async () => {
		const all = await Promise.all(Array.from({ length: 50 }, () => encrypt("x")));
		expect(new Set(all).size).toBe(50);
	});

	test("a text that was changed anywhere does not open", async () => {
		const sealed = await encrypt("attack at dawn");
		for (let index = 0; index < sealed.length; index += 1) {
			const other = sealed[index] === "A" ? "B" : "A";
			expect(codeOf(await decrypt(sealed.slice(0, index) + other + sealed.slice(index + 1))), String(index)).toBe("invalid_arguments");
		}
		for (const bad of [
			"",
			"seal1",
			sealed.slice(0, -1),
			`${sealed}A`,
			` ${sealed}`,
			`${sealed}\n`,
			sealed.replace(".t.", ".b."),
			sealed.replace("seal1", "seal2"),
			`${sealed}=`,
		])
			expect(codeOf(await decrypt(bad)), bad).toBe("invalid_arguments");
	});

	test("a text opens in its own context alone: none, the empty one and each other are three", async () => {
		const contexts = [undefined, {}, { context: "" }, { context: "a" }, { context: "|" }, { context: "A" }];
		for (const [at, sealing] of contexts.entries()) {
			const sealed = await encrypt("x", sealing);
			for (const [index, opening] of contexts.entries()) {
				const same = index === at || (index < 2 && at < 2);
				expect(codeOf(await decrypt(sealed, opening)), `${at} ${index}`).toBe(same ? "done" : "invalid_arguments");
			}
		}
	});

	test("another key is said to be one, and nothing of either is told", async () => {
		const sealed = await encrypt("x");
		const outcome = await decrypt(sealed, undefined, `base64:${Buffer.alloc(32, 1).toString("base64")}`);
		expect(outcome).toEqual({
			...{ kind: "failed", code: "invalid_arguments", cost: {} },
			message: "decrypt argument 1: found a text that was sealed under another key, wanted one that encrypt gave with this key and context",
		});
		expect(await decrypt(sealed, { context: "b" })).toMatchObject({ message: expect.stringContaining("sealed in another context") });
		expect(sealed).not.toContain(KEY.toString("hex"));
	});

	test("a key is 32 bytes as base64: or hex:, and no pass phrase", async () => {
		for (const bad of [
			"k".repeat(32),
			`hex:${"00".repeat(31)}`,
			`hex:${"00".repeat(33)}`,
			`base64:${"!".repeat(44)}`,
			KEY.toString("hex"),
			new Uint8Array(32).fill(0xff),
		])
			expect(await performOnHost(bound(), "encrypt", ["x"], withKey(bad))).toEqual({
				...{ kind: "failed", code: "secret_unavailable", cost: {} },
				message: "encrypt: the secret that the grant names is not there or does not fit AES-256-GCM",
			});
		expect(codeOf(await performOnHost(bound(), "encrypt", ["x"], callContext()))).toBe("secret_unavailable");
	});

	test("what is no text is refused by path", () => {
		const refusal = (...args: unknown[]) => invalidMessage(bound(), "encrypt", args);
		for (const plain of [{ a: 1 }, 7, null, undefined, [1], new Map(), new Date(0)]) expect(refusal(plain)).toContain("encrypt argument 1");
		expect(refusal("\ud800")).toContain("half surrogate");
		expect(refusal("x".repeat(1024 * 1024))).toContain(`at most ${LIMITS.payloadBytes} bytes`);
		expect(refusal("é".repeat(LIMITS.payloadBytes / 2 + 1))).toContain("at most");
		for (const context of [7, null, "\ud800", "x".repeat(LIMITS.sealContextBytes + 1), "é".repeat(LIMITS.sealContextBytes / 2 + 1)])
			expect(refusal("x", { context })).toContain("encrypt argument 2.context");
		expect(refusal("x", { nonce: "0" })).toContain('found the field "nonce"');
		expect(refusal("x", JSON.parse('{"__proto__":{"context":"a"}}'))).toContain("encrypt argument 2");
		expect(invalidMessage(bound(), "decrypt", [new Uint8Array(3)])).toContain("decrypt argument 1: found bytes, wanted a text");
		expect(invalidMessage(bound(), "decrypt", ["x".repeat(1024 * 1024)])).toContain("decrypt argument 1");
	});

	test("with encrypt alone nothing opens", () => {
		const vault = bound({ methods: ["encrypt"], secret: "vault_key" });
		expect(vault.methods).toEqual(["encrypt"]);
		expect(invalidMessage(vault, "decrypt", ["x"])).toContain("wanted one of encrypt");
		expect(invalidMessage(vault, "constructor", [])).toContain("wanted one of encrypt");
		expect(vault.declaration(NO_RESOURCES)).not.toMatch(/decrypt\(|vault_key/);
		expect([vault.lint().length, bound().lint().length, bound({ labels: ["private"] }).lint().length]).toEqual([0, 1, 0]);
		expect(prepared(vault, "encrypt", ["x"])).toMatchObject({ effect: "write", idempotent: true, worstCost: {}, planned: "" });
		expect(prepared(bound(), "decrypt", ["x"])).toMatchObject({ effect: "read", idempotent: true });
		for (const bad of [{ methods: [] }, { methods: ["open"] }, { secret: "" }, { algorithm: "aes" }])
			expect(cryptoSeal.grantSchema.safeParse({ verb: "crypto.seal", secret: "k", ...bad }).success).toBe(false);
	});
});
