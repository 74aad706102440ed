import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { cryptoWebhook } from "../../../worker/verbs/crypto-webhook/crypto-webhook.ts";
import { NO_RESOURCES } from "../../../worker/verbs/verb.ts";
import { callContext, codeOf, doneValue, invalidMessage, performOnHost } from "./perform.ts";

// The vector of the Standard Webhooks libraries.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SENT_S = 1_614_265_330;
const BODY = '{"test": 2432232314}';
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const HEADERS = { "webhook-id": ID, "webhook-timestamp": String(SENT_S), "webhook-signature": SIGNATURE };

const bound = (parts: Record<string, unknown> = {}) => cryptoWebhook.bind({ verb: "crypto.webhook", secret: "key", ...parts });
const withKey = (key: string | Uint8Array) => callContext({ secrets: { key } });
const sign = async (message: unknown, key = SECRET) =>
	z.record(z.string(), z.string()).parse(doneValue(await performOnHost(bound(), "sign", [message], withKey(key))));
const verify = async (headers: unknown, body: unknown, key = SECRET) =>
	doneValue(await performOnHost(bound(), "verify", [headers, body], withKey(key)));

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["Date"], now: SENT_S * 1000 });
});
afterEach(() => {
	vi.useRealTimers();
});

describe("crypto.webhook", () => {
	test("signs as the specification's vector, text and bytes alike", async () => {
		expect(await sign({ id: ID, body: BODY })).toEqual(HEADERS);
		expect(await sign({ id: ID, body: new TextEncoder().encode(BODY) })).toEqual(HEADERS);
	});

	test("what it signs the library verifies, and the other way round", async () => {
		for (const body of ["", "é 😀", '{"a":1}', "\ufeffx", "x".repeat(LIMITS.payloadBytes)]) {
			const headers = await sign({ id: "msg_1", body });
			expect(() => new Webhook(SECRET).verify(body, headers, { jsonParse: false })).not.toThrow();
			expect(await verify(headers, body)).toBe(true);
		}
	});

	test("headers come as an object in any case, or as the pairs of a Headers", async () => {
		const capital = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.toUpperCase(), value]));
		expect(await verify({ ...capital, other: "x" }, BODY)).toBe(true);
		expect(await verify([...new Headers(HEADERS)], BODY)).toBe(true);
		expect(await verify({ ...HEADERS, "webhook-signature": `v1,AAAA v2,x ${SIGNATURE}` }, BODY)).toBe(true);
	});

	test.each([
		["another body", HEADERS, `${BODY} `],
		["another id", { ...HEADERS, "webhook-id": "msg_2" }, BODY],
		["another time", { ...HEADERS, "webhook-timestamp": String(SENT_S + 1) }, BODY],
		["a time with a tail", { ...HEADERS, "webhook-timestamp": `${SENT_S}x` }, BODY],
		["a time with a zero before it", { ...HEADERS, "webhook-timestamp": `0${SENT_S}` }, BODY],
		["an id that takes the time's place", { ...HEADERS, "webhook-id": `${ID}.${SENT_S}` }, BODY],
		["no signature", { ...HEADERS, "webhook-signature": "" }, BODY],
		["a version without a signature", { ...HEADERS, "webhook-signature": "v1" }, BODY],
		["another version", { ...HEADERS, "webhook-signature": SIGNATURE.replace("v1", "v1a") }, BODY],
		["a missing header", { "webhook-id": ID, "webhook-timestamp": String(SENT_S) }, BODY],
		["a header twice", [...Object.entries(HEADERS), ["Webhook-Id", ID]], BODY],
		["a header that is too long", { ...HEADERS, "webhook-signature": `${SIGNATURE}${" v1,x".repeat(300)}` }, BODY],
		["inherited headers", JSON.parse(`{"__proto__":${JSON.stringify("x")}}`), BODY],
	])("a message with %s is not authentic", async (_name, headers, body) => {
		expect(await verify(headers, body)).toBe(false);
	});

	test("a message is authentic for five minutes, before and after", async () => {
		for (const [seconds, authentic] of [
			[300, true],
			[301, false],
			[-300, true],
			[-301, false],
		] as const) {
			vi.setSystemTime((SENT_S + seconds) * 1000);
			expect(await verify(HEADERS, BODY), String(seconds)).toBe(authentic);
		}
	});

	test("one signature is not that of two messages: an id has no dot", () => {
		for (const id of ["a.1614265330", "", "a b", "a\n", "ä", 7, undefined, "x".repeat(LIMITS.webhookIdChars + 1)])
			expect(invalidMessage(bound(), "sign", [{ id, body: BODY }])).toContain("sign argument 1.id");
	});

	test("what is no message is refused by path", () => {
		const sign = (message: unknown) => invalidMessage(bound(), "sign", [message]);
		expect(sign({ id: "a", body: { a: 1 } })).toContain("sign argument 1.body: found an object, wanted a string or a Uint8Array");
		expect(sign({ id: "a", body: "\ud800" })).toContain("half surrogate");
		expect(sign({ id: "a", body: new Uint8Array([0xff]) })).toContain("bytes that are UTF-8");
		expect(sign({ id: "a", body: "x".repeat(1024 * 1024) })).toContain(`at most ${LIMITS.payloadBytes} bytes`);
		expect(sign({ id: "a", body: "x", timestamp: 1 })).toContain('found the field "timestamp"');
		expect(sign("x")).toContain("wanted a message");
		const verify = (headers: unknown) => invalidMessage(bound(), "verify", [headers, BODY]);
		for (const headers of [
			"x",
			null,
			7,
			new Map(Object.entries(HEADERS)),
			[["a"]],
			[["a", 1]],
			{ "webhook-id": 1 },
			Array.from({ length: LIMITS.webhookHeaders + 1 }, () => ["a", "b"]),
		])
			expect(verify(headers)).toMatch(/^verify argument 1.*: found .*, wanted /);
		let ran = false;
		const getter = Object.defineProperty({}, "webhook-id", {
			enumerable: true,
			get: () => {
				ran = true;
				return ID;
			},
		});
		expect(verify(getter)).toContain("verify argument 1");
		expect(ran).toBe(false);
	});

	test("a secret is whsec_ and base64 of 24 to 64 bytes", async () => {
		const code = async (secret: string | Uint8Array) =>
			codeOf(await performOnHost(bound(), "sign", [{ id: "a", body: "x" }], withKey(secret)));
		const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString("base64")}`;
		expect([await code(of(24)), await code(of(64)), await code(`${SECRET}\n`)]).toEqual(["done", "done", "done"]);
		for (const bad of [
			of(23),
			of(65),
			SECRET.slice(6),
			"whsec_",
			"whsec_!!!!",
			`whsec_${"A".repeat(33)}`,
			`whpk_${SECRET.slice(6)}`,
			new Uint8Array([0xff]),
		])
			expect(await code(bad)).toBe("secret_unavailable");
		expect(await performOnHost(bound(), "verify", [HEADERS, BODY], callContext())).toMatchObject({
			message: "verify: the secret that the grant names is not there or does not fit Standard Webhooks",
		});
	});

	test("a receiver's grant cannot sign", () => {
		const receiver = bound({ methods: ["verify"] });
		expect(invalidMessage(receiver, "sign", [{ id: "a", body: "x" }])).toContain("wanted one of verify");
		expect(receiver.declaration(NO_RESOURCES)).not.toContain("sign(");
		expect([receiver.lint().length, bound().lint().length]).toEqual([0, 1]);
		for (const bad of [{ methods: ["both"] }, { methods: [] }, { secret: "" }, { tolerance: 1 }])
			expect(cryptoWebhook.grantSchema.safeParse({ verb: "crypto.webhook", secret: "k", ...bad }).success).toBe(false);
	});
});
