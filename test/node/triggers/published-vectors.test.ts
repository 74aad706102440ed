import { sign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { schemes } from "../../../worker/triggers/schemes/schemes.ts";
import { GITHUB_EXAMPLES } from "../../platform/github-payloads.ts";
import { bytesOf, NOW_MS, NOW_SECONDS, refusedAs, VERIFIED, verify } from "./signing.ts";

describe("published vectors", () => {
	test("Standard Webhooks: the vector of the reference implementations", () => {
		const headers = {
			"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
			"webhook-timestamp": "1614265330",
			"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		};
		const sent = { headers, body: '{"test": 2432232314}', nowMs: 1_614_265_330_000 };
		expect(verify("standard", { ...sent, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] })).toEqual(VERIFIED);
		expect(verify("standard", { ...sent, secrets: ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] })).toEqual(VERIFIED);
		expect(verify("standard", { ...sent, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"] })).toEqual(refusedAs("invalid"));
		expect(verify("standard", { ...sent, body: '{"test":2432232314}', secrets: ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] })).toEqual(
			refusedAs("invalid"),
		);
	});

	test("Standard Webhooks: a key of fewer bytes than the specification wants, or more, is none", () => {
		const { min, max } = LIMITS.webhookSecretBytes;
		const keyOf = (bytes: number, prefix: string): number | undefined =>
			schemes.standard.keyOf(bytesOf(`${prefix}${Buffer.alloc(bytes, 7).toString("base64")}`))?.byteLength;
		for (const prefix of ["whsec_", ""])
			expect([min - 1, min, max, max + 1].map((bytes) => keyOf(bytes, prefix))).toEqual([undefined, min, max, undefined]);
		expect(keyOf(min, "wh_")).toBeUndefined();
	});

	test("GitHub: the one of its documentation", () => {
		const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
		const sent = { headers: { "x-hub-signature-256": signature }, body: "Hello, World!" };
		expect(verify("github", { ...sent, secrets: ["It's a Secret to Everybody"] })).toEqual(VERIFIED);
		expect(verify("github", { ...sent, secrets: ["It's a secret to Everybody"] })).toEqual(refusedAs("invalid"));
		expect(verify("github", { ...sent, body: "Hello, World", secrets: ["It's a Secret to Everybody"] })).toEqual(refusedAs("invalid"));
	});

	test("Slack: the one of its documentation", () => {
		const body =
			"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
		const headers = {
			"x-slack-request-timestamp": "1531420618",
			"x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
		};
		const sent = { headers, body, secrets: ["8f742231b10e8888abcd99yyyzzz85a5"] };
		expect(verify("slack", { ...sent, nowMs: 1_531_420_618_000 })).toEqual(VERIFIED);
		expect(verify("slack", { ...sent, nowMs: 1_531_420_618_000 + 301_000 })).toEqual(refusedAs("late"));
		expect(verify("slack", { ...sent, nowMs: 1_531_420_618_000, body: body.replace("foobar", "foobaz") })).toEqual(refusedAs("invalid"));
	});
});

describe("what senders' own libraries sign", () => {
	test("Standard Webhooks' verifies, text of several alphabets too", () => {
		const secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
		for (const body of ["{}", '{"text":"Zażółć gęślą jaźń 💥"}', "", "﻿{}"]) {
			const signature = new Webhook(secret).sign("msg_1", new Date(NOW_MS), body);
			const headers = { "webhook-id": "msg_1", "webhook-timestamp": NOW_SECONDS, "webhook-signature": signature };
			expect(verify("standard", { headers, body, secrets: [secret] }), body).toEqual(VERIFIED);
			expect(verify("standard", { headers, body: `${body} `, secrets: [secret] }), body).toEqual(refusedAs("invalid"));
		}
	});

	test("Stripe's verifies, with its secret's prefix as part of it", () => {
		const { webhooks } = new Stripe("sk_test_none");
		const payload = JSON.stringify({ id: "evt_1", object: "event", type: "invoice.paid" }, null, 2);
		const header = webhooks.generateTestHeaderString({ payload, secret: "whsec_test_secret", timestamp: NOW_MS / 1000 });
		const sent = { headers: { "stripe-signature": header }, body: payload };
		expect(verify("stripe", { ...sent, secrets: ["whsec_test_secret"] })).toEqual(VERIFIED);
		expect(verify("stripe", { ...sent, secrets: ["test_secret"] })).toEqual(refusedAs("invalid"));
		expect(verify("stripe", { ...sent, secrets: ["whsec_test_secret"], nowMs: NOW_MS + 300_000 })).toEqual(VERIFIED);
		expect(verify("stripe", { ...sent, secrets: ["whsec_test_secret"], nowMs: NOW_MS + 301_000 })).toEqual(refusedAs("late"));
	});

	test("every payload that GitHub publishes verifies as octokit signs it, and not with one byte another", async () => {
		const payloads = GITHUB_EXAMPLES.flatMap(({ examples }) => examples.map((example) => JSON.stringify(example)));
		expect(payloads.length).toBeGreaterThan(200);
		for (const body of payloads) {
			const sent = { headers: { "x-hub-signature-256": await sign("hush", body) }, secrets: ["hush"] };
			expect(verify("github", { ...sent, body })).toEqual(VERIFIED);
			const altered = bytesOf(body);
			altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
			expect(verify("github", { ...sent, body: altered })).toEqual(refusedAs("invalid"));
		}
	});
});
