import { createHmac } from "node:crypto";
import { sign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { SENDERS } from "../node/triggers/signing.ts";

/** One delivery of a sender: its name and its body stay the same however often it is sent; what is signed with a time is signed anew. */
export interface StormDelivery {
	readonly id: string;
	readonly body: string;
}

/** A scheme as its senders speak it, each with its own library where it has one. */
export interface StormScheme {
	/** What a trigger of it says, beside its agent and the name of its secret. */
	readonly trigger: object;
	/** A secret of this scheme out of 24 bytes or more. */
	secretOf(bytes: Buffer): string;
	/** A body that carries the delivery's name where the scheme has it, and in `delivery`. */
	bodyOf(id: string): object;
	/** Headers of one sending of it. */
	headersOf(delivery: StormDelivery, secret: string): Promise<Record<string, string>> | Record<string, string>;
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const hexSecret = (bytes: Buffer): string => bytes.toString("hex");

/** Every scheme of a trigger, by its name. */
export const STORM_SCHEMES: Readonly<Record<"standard" | "github" | "stripe" | "slack" | "hmac", StormScheme>> = {
	standard: {
		trigger: { scheme: "standard" },
		secretOf: (bytes) => `whsec_${bytes.toString("base64")}`,
		bodyOf: (id) => ({ type: "order.paid", timestamp: new Date().toISOString(), data: { amount: 100 }, delivery: id }),
		headersOf: ({ id, body }, secret) => {
			const now = new Date();
			return {
				"webhook-id": id,
				"webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
				"webhook-signature": new Webhook(secret).sign(id, now, body),
			};
		},
	},
	github: {
		trigger: { scheme: "github" },
		secretOf: hexSecret,
		bodyOf: (id) => ({ action: "opened", issue: { number: 1, title: id }, repository: { full_name: "acme/shop" }, delivery: id }),
		headersOf: async ({ id, body }, secret) => ({
			"x-github-event": "issues",
			"x-github-delivery": id,
			"x-hub-signature-256": await sign(secret, body),
		}),
	},
	stripe: {
		trigger: { scheme: "stripe" },
		secretOf: (bytes) => `whsec_${bytes.toString("hex")}`,
		bodyOf: (id) => ({ id: `evt_${id}`, object: "event", type: "charge.succeeded", data: { object: { amount: 100 } }, delivery: id }),
		headersOf: ({ body }, secret) => ({ "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload: body, secret }) }),
	},
	slack: {
		trigger: { scheme: "slack" },
		secretOf: hexSecret,
		bodyOf: (id) => ({ type: "event_callback", event_id: `Ev${id}`, event: { type: "message", text: "hello" }, delivery: id }),
		headersOf: ({ body }, secret) => SENDERS.slack({ secret, body, time: String(nowSeconds()) }),
	},
	hmac: {
		trigger: {
			scheme: "hmac",
			hmac: {
				header: "x-shop-signature",
				algorithm: "sha512",
				encoding: "base64",
				timestamp: { header: "x-shop-time", unit: "seconds" },
				signed: "{timestamp}.{body}",
				idHeader: "x-shop-delivery",
			},
		},
		secretOf: hexSecret,
		bodyOf: (id) => ({ kind: "order", delivery: id }),
		headersOf: ({ id, body }, secret) => {
			const timestamp = nowSeconds();
			return {
				"x-shop-delivery": id,
				"x-shop-time": String(timestamp),
				"x-shop-signature": createHmac("sha512", secret).update(`${timestamp}.${body}`).digest("base64"),
			};
		},
	},
};

/** Names of the schemes, in the order in which senders take them. */
export const STORM_SCHEME_NAMES = ["standard", "github", "stripe", "slack", "hmac"] as const;
