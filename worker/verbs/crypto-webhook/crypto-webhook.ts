import { Webhook } from "standardwebhooks";
import { joinLabels } from "../common-grant.ts";
import { done, keyCall } from "../crypto-sign/key-call.ts";
import { parseArguments } from "../parse-arguments.ts";
import { unknownMethod } from "../unknown-method.ts";
import type { Preparation, Verb } from "../verb.ts";
import { CryptoWebhookGrant, WEBHOOK_METHODS } from "./crypto-webhook-grant.ts";
import { readWebhookHeaders, SIGN_ARGUMENTS, VERIFY_ARGUMENTS } from "./webhook-arguments.ts";
import { beyondCryptoWebhook } from "./beyond-crypto-webhook.ts";
import { webhookKey } from "./webhook-key.ts";

/** Signs and verifies messages as Standard Webhooks (v1, symmetric). */
export const cryptoWebhook: Verb = {
	name: "crypto.webhook",
	grantSchema: CryptoWebhookGrant,
	summary: "Signs and verifies webhook messages as the Standard Webhooks specification says.",
	beyond: beyondCryptoWebhook,
	bind: (data) => {
		const grant = CryptoWebhookGrant.parse(data);
		const methods = WEBHOOK_METHODS.filter((method) => grant.methods?.includes(method) ?? true);
		return {
			methods,
			labels: joinLabels([], grant.labels),
			prepare: (method, args) => {
				const known = methods.find((name) => name === method);
				return known === undefined ? unknownMethod("crypto.webhook", method, methods) : PREPARE[known](grant.secret, args);
			},
			declaration: () => `{\n${methods.map((method) => TEXTS[method]).join("\n")}\n}`,
			lint: () =>
				methods.includes("sign") && (grant.approval ?? "never") === "never"
					? ["crypto.webhook: signs any message that the program gives it without asking a person; methods: [verify] suffices a receiver"]
					: [],
		};
	},
};

type Prepare = (secret: string, args: readonly unknown[]) => Preparation;

const PREPARE: Readonly<Record<(typeof WEBHOOK_METHODS)[number], Prepare>> = {
	sign: (secret, args) => {
		const parsed = parseArguments("sign", SIGN_ARGUMENTS, args);
		if (parsed.kind === "invalid") return parsed;
		const [{ id, body }] = parsed.values;
		const planned = { "webhook-id": id, "webhook-timestamp": "0", "webhook-signature": "" };
		return webhookCall("sign", secret, planned, (webhook) => signMessage(webhook, id, body));
	},
	verify: (secret, args) => {
		const parsed = parseArguments("verify", VERIFY_ARGUMENTS, args);
		if (parsed.kind === "invalid") return parsed;
		const [pairs, body] = parsed.values;
		const headers = readWebhookHeaders(pairs);
		return webhookCall("verify", secret, false, (webhook) => headers !== null && isAuthentic(webhook, headers, body));
	},
};

const webhookCall = (method: string, secret: string, planned: unknown, use: (webhook: Webhook) => unknown): Preparation =>
	keyCall({
		...{ method, secret, rule: method, purpose: "Standard Webhooks", makes: method === "sign", planned },
		open: async (bytes) => openWebhook(bytes),
		use: async (webhook) => done(use(webhook)),
	});

/** The library takes any base64; the specification wants a prefix and a length. */
const openWebhook = (secret: Uint8Array): Webhook | null => {
	const key = webhookKey(secret);
	return key === null ? null : new Webhook(key, { format: "raw" });
};

const signMessage = (webhook: Webhook, id: string, body: string) => {
	const now = new Date();
	return {
		"webhook-id": id,
		"webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
		"webhook-signature": webhook.sign(id, now, body),
	};
};

const isAuthentic = (webhook: Webhook, headers: { id: string; timestamp: string; signature: string }, body: string): boolean => {
	const named = { "webhook-id": headers.id, "webhook-timestamp": headers.timestamp, "webhook-signature": headers.signature };
	try {
		webhook.verify(body, named, { jsonParse: false });
		return true;
	} catch {
		return false;
	}
};

const TEXTS: Readonly<Record<(typeof WEBHOOK_METHODS)[number], string>> = {
	sign: `	/** The headers of a webhook message (Standard Webhooks); the time is the host's. Send the body exactly as it is here. */
	sign(message: { id: string; body: string | Uint8Array }): Promise<{ "webhook-id": string; "webhook-timestamp": string; "webhook-signature": string }>;`,
	verify: `	/** Whether a message is authentic and at most five minutes old. The body exactly as it came. */
	verify(headers: Headers | Record<string, string> | [string, string][], body: string | Uint8Array): Promise<boolean>;`,
};
