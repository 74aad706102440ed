import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeValue } from "../../../contract/tagged-json.ts";
import type { GrantShape } from "../../../worker/executor/protocol.ts";
import { errorOf, resultOf } from "./run-program.ts";
import { type GateRequest, startWorkerd, type TestWorkerd } from "./start-workerd.ts";

let workerd: TestWorkerd;
beforeAll(async () => {
	workerd = await startWorkerd();
});
afterAll(() => workerd.close());

const ONE = "01".repeat(32);
const OTHER = "02".repeat(32);
const program = (body: string): string => `export default async (input, env) => { ${body} }`;
const FORM =
	"const form = new FormData(); form.set('a\"b', 'one\\r\\ntwo'); form.append('f', new Blob(['x'], { type: 'text/css' }), 'n\"1.css'); form.append('f', new File([new Uint8Array([0, 255])], 'bin'));";

describe("chance", () => {
	it("is the ChaCha20 key stream of the seed", async () => {
		// RFC 8439, A.1, test vectors 1 and 2: a key of zeros, the first two blocks.
		const blocks =
			"76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586" +
			"9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f";
		const body = "return crypto.getRandomValues(new Uint8Array(100)).toHex() + crypto.getRandomValues(new Uint8Array(28)).toHex();";
		expect(await resultOf(workerd, program(body), { seed: "00".repeat(32) })).toBe(blocks);
	});
	it.each([
		["Math.random", "Array.from({ length: 20 }, () => Math.random())"],
		["crypto.randomUUID", "Array.from({ length: 5 }, () => crypto.randomUUID())"],
		["crypto.getRandomValues", "[crypto.getRandomValues(new Uint32Array(9)), crypto.getRandomValues(new BigUint64Array(2))]"],
		[
			"a new AES key",
			"crypto.subtle.exportKey('raw', await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']))",
		],
		[
			"a new HMAC key",
			"crypto.subtle.exportKey('raw', await crypto.subtle.generateKey({ name: 'hmac', hash: 'sha-512' }, true, ['sign']))",
		],
		["the boundary of a form in a Response", `(async () => { ${FORM} return await new Response(form).text(); })()`],
		[
			"the boundary of a form in a Request",
			`(async () => { ${FORM} return new Request('https://x.test/', { method: 'POST', body: form }).headers.get('content-type'); })()`,
		],
		["all of them in order", "[Math.random(), crypto.randomUUID(), Math.random()]"],
	])("of %s is the same for a seed and another for another", async (_what, expression) => {
		const run = (seed: string) => resultOf(workerd, program(`return await (${expression});`), { seed });
		const first = await run(ONE);
		expect(await run(ONE)).toEqual(first);
		expect(await run(OTHER)).not.toEqual(first);
	});
	it("is of [0, 1), of version 4, and fills what it is given", async () => {
		const body = `let least = 1, most = 0, sum = 0; for (let i = 0; i < 1e5; i += 1) { const x = Math.random(); least = Math.min(least, x); most = Math.max(most, x); sum += x; }
			const big = crypto.getRandomValues(new Uint8Array(65536)); const view = new Uint8Array(8); crypto.getRandomValues(new Uint16Array(view.buffer, 2, 1));
			return [least >= 0 && least < 0.001, most < 1 && most > 0.999, Math.abs(sum / 1e5 - 0.5) < 0.01, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), new Set(big).size, view[0] + view[1] + view[4], view[2] + view[3] > 0];`;
		expect(await resultOf(workerd, program(body), { seed: ONE })).toEqual([true, true, true, true, 256, 0, true]);
	});
	it.each([
		["new Float32Array(1)", "TypeMismatchError"],
		["new DataView(new ArrayBuffer(1))", "TypeMismatchError"],
		["new Uint8Array(65537)", "QuotaExceededError"],
		["[1]", "TypeError"],
	])("crypto.getRandomValues(%s) throws a %s", async (argument, name) => {
		expect(await resultOf(workerd, program(`try { crypto.getRandomValues(${argument}); } catch (e) { return e.name; }`))).toBe(name);
	});
});

describe("crypto.subtle", () => {
	it("does what gives the same every time", async () => {
		const body = `const { subtle } = crypto; const data = new TextEncoder().encode("data"); const raw = new Uint8Array(32).fill(7); const iv = new Uint8Array(12);
			const hmac = await subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, true, ["sign", "verify"]);
			const aes = await subtle.importKey("raw", raw, "AES-GCM", true, ["encrypt", "decrypt", "wrapKey", "unwrapKey"]);
			const kw = await subtle.generateKey({ name: "AES-KW", length: 128 }, false, ["wrapKey", "unwrapKey"]);
			const base = await subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits", "deriveKey"]);
			const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt: iv, iterations: 1000 };
			const ed = await subtle.importKey("pkcs8", Uint8Array.fromHex("302e020100300506032b657004220420" + "07".repeat(32)), "Ed25519", false, ["sign"]);
			const sealed = await subtle.encrypt({ name: "aes-gcm", iv, additionalData: data }, aes, data);
			const signed = await subtle.sign("hmac", hmac, data);
			return [await subtle.digest("SHA-256", data), signed, await subtle.verify("HMAC", hmac, signed, data), sealed, await subtle.decrypt({ name: "AES-GCM", iv, additionalData: data }, aes, sealed),
				await subtle.wrapKey("raw", hmac, kw, "AES-KW"), (await subtle.deriveKey(pbkdf2, base, { name: "AES-CBC", length: 128 }, true, ["encrypt"])).type, await subtle.deriveBits(pbkdf2, base, 128),
				await subtle.sign({ name: "Ed25519" }, ed, data), subtle.timingSafeEqual(raw, raw), (await subtle.exportKey("jwk", aes)).kty];`;
		const first = await resultOf(workerd, program(body), { seed: ONE });
		expect(first).toMatchObject({ 2: true, 6: "secret", 9: true, 10: "oct" });
		expect(await resultOf(workerd, program(body), { seed: ONE })).toEqual(first);
	});
	it("hashes a stream", async () => {
		const body = `const stream = new crypto.DigestStream("SHA-256"); const writer = stream.getWriter(); writer.write(new Uint8Array(3)); writer.close(); return (await stream.digest).byteLength;`;
		expect(await resultOf(workerd, program(body))).toBe(32);
	});
	const keys = `const keys = (name, extra) => crypto.subtle.importKey("jwk", input, { name, ...extra }, true, ["sign"]);`;
	it.each([
		["generateKey of a key pair", "crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])"],
		[
			"generateKey of an RSA pair",
			"crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign'])",
		],
		["sign with ECDSA", "crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, {}, new Uint8Array(1))"],
		["sign with RSA-PSS", "crypto.subtle.sign({ name: 'rsa-pss', saltLength: 32 }, {}, new Uint8Array(1))"],
		["encrypt with RSA-OAEP", "crypto.subtle.encrypt({ name: 'RSA-OAEP' }, {}, new Uint8Array(1))"],
		["wrapKey with RSA-OAEP", "crypto.subtle.wrapKey('raw', {}, {}, 'RSA-OAEP')"],
	])("refuses to %s as not_deterministic", async (_what, call) => {
		const error = await errorOf(workerd, program(`${keys} await ${call};`));
		expect(error).toMatchObject({ code: "not_deterministic", hint: expect.stringContaining("grant") });
		expect(error.message).toContain("wanted");
	});
	it("is not deceived by an algorithm that changes while it is read, nor by a key that lies about itself", async () => {
		const body = `const pair = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };
			const key = await crypto.subtle.importKey("jwk", pair, { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
			key.algorithm.name = "HMAC";
			let reads = 0; const shifting = { get name() { reads += 1; return reads === 1 ? "HMAC" : "ECDSA"; }, hash: "SHA-256" };
			const out = []; for (const algorithm of ["HMAC", shifting, "Ed25519"]) try { await crypto.subtle.sign(algorithm, key, new Uint8Array(1)); out.push("signed"); } catch (e) { out.push(e.name); }
			return out;`;
		expect(await resultOf(workerd, program(body))).toEqual(["InvalidAccessError", "InvalidAccessError", "InvalidAccessError"]);
	});
});

describe("a form", () => {
	const web: GrantShape = { name: "web", verb: "http.fetch", methods: ["fetch"], streams: [] };
	it("is sent as the same bytes for the same seed, however it is handed over", async () => {
		const calls: GateRequest[] = [];
		workerd.answerWith((call) => {
			calls.push(call);
			return JSON.stringify({ kind: "value", value: "null", atMs: null });
		});
		const ways = [
			"'https://x.test/', { method: 'POST', body: form }",
			"new Request('https://x.test/', { method: 'POST', body: form })",
			"'https://x.test/', { method: 'POST', get body() { return form; } }",
			"new Request('https://x.test/', { method: 'POST', get body() { return form; } })",
		];
		for (const args of ways)
			for (const seed of [ONE, ONE, OTHER])
				await resultOf(workerd, program(`${FORM} await env.web.fetch(${args});`), { grants: [web], seed });
		for (const index of ways.keys()) {
			expect(calls[index * 3 + 1]?.args).toBe(calls[index * 3]?.args);
			expect(calls[index * 3 + 2]?.args).not.toBe(calls[index * 3]?.args);
		}
		const sent = decodeValue(calls[0]?.args ?? "");
		const [wire] = sent.kind === "decoded" && Array.isArray(sent.value) ? sent.value : [];
		expect(wire.headers).toEqual([["content-type", expect.stringMatching(/^multipart\/form-data; boundary=[0-9a-f]{32}$/)]]);
		const boundary = wire.headers[0][1].slice(-32);
		expect(Buffer.from(wire.body).toString("latin1")).toBe(
			[
				`--${boundary}\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\none\r\ntwo\r\n`,
				`--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="n%221.css"\r\nContent-Type: text/css\r\n\r\nx\r\n`,
				`--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="bin"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\r\n`,
				`--${boundary}--`,
			].join(""),
		);
	});
	it("is read back as it was", async () => {
		const body = `${FORM} const back = await new Response(form).formData(); const [one, two] = back.getAll("f"); return [back.get('a%22b') ?? back.get('a"b'), one.type, one.name, await one.text(), new Uint8Array(await two.arrayBuffer()), await new Response(new FormData()).text().then((t) => t.length)];`;
		expect(await resultOf(workerd, program(body))).toMatchObject([
			"one\r\ntwo",
			"text/css",
			expect.any(String),
			"x",
			new Uint8Array([0, 255]),
			36,
		]);
	});
	it("keeps a content type that the program gives", async () => {
		const body = `${FORM} return [new Response(form, { headers: { "content-type": "x/y" } }).headers.get("content-type"), new Response("t", { status: 201, statusText: "Made" }).statusText, new Request(new Request("https://x.test/", { method: "PUT", body: "b" }), { headers: { a: "1" } }).method];`;
		expect(await resultOf(workerd, program(body))).toEqual(["x/y", "Made", "PUT"]);
	});
});
