import { createHmac } from "node:crypto";
import type { HmacSettings } from "../../../contract/hmac-settings.ts";
import type { SchemeName } from "../../../contract/triggers.ts";
import type { SchemeSettings, Verification } from "../../../worker/triggers/schemes/scheme.ts";
import { schemes } from "../../../worker/triggers/schemes/schemes.ts";

/** A second in November 2026. */
export const NOW_MS = 1_795_000_000_000;
export const NOW_SECONDS = String(NOW_MS / 1000);

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const settingsOf = (given: Partial<SchemeSettings> = {}): SchemeSettings => ({ toleranceSeconds: 300, hmac: null, ...given });

/** How a sender of its own kind signs in these tests. */
export const OWN: HmacSettings = {
	header: "X-Own-Signature",
	algorithm: "sha256",
	encoding: "hex",
	timestamp: { header: "X-Own-Time", unit: "seconds" },
	idHeader: "X-Own-Id",
};

export interface Sent {
	readonly headers: Record<string, string> | Headers;
	readonly body: string | Uint8Array;
	/** Values of secrets, as a tenant seals them. */
	readonly secrets: readonly string[];
	readonly nowMs?: number;
	readonly settings?: Partial<SchemeSettings>;
}

/** What a trigger of the scheme says of a request. */
export const verify = (name: SchemeName, { headers, body, secrets, nowMs = NOW_MS, settings = {} }: Sent): Verification => {
	const scheme = schemes[name];
	const keys = secrets.flatMap((secret) => scheme.keyOf(bytesOf(secret)) ?? []);
	const bytes = typeof body === "string" ? bytesOf(body) : body;
	return scheme.verify({ headers: new Headers(headers), bytes, nowMs }, keys, settingsOf(settings));
};

export const VERIFIED = { kind: "verified" };
export const refusedAs = (why: "missing" | "invalid" | "late") => ({ kind: "refused", why });

const digest = (key: string | Uint8Array, content: readonly (string | Uint8Array)[], encoding: "hex" | "base64"): string => {
	const hmac = createHmac("sha256", key);
	for (const part of content) hmac.update(part);
	return hmac.digest(encoding);
};

export interface Signing {
	readonly secret: string;
	readonly body: string | Uint8Array;
	/** As the header says it. */
	readonly time?: string;
	readonly id?: string;
}

/** What each kind of sender sends, made by hand from what its documentation says. */
export const SENDERS: Readonly<Record<SchemeName, (signing: Signing) => Record<string, string>>> = {
	standard: ({ secret, body, time = NOW_SECONDS, id = "msg_1" }) => ({
		"webhook-id": id,
		"webhook-timestamp": time,
		"webhook-signature": `v1,${digest(Buffer.from(secret.replace("whsec_", ""), "base64"), [`${id}.${time}.`, body], "base64")}`,
	}),
	github: ({ secret, body, id = "72d3162e-cc78-11e3-81ab-4c9367dc0958" }) => ({
		"x-github-event": "issues",
		"x-github-delivery": id,
		"x-hub-signature-256": `sha256=${digest(secret, [body], "hex")}`,
	}),
	stripe: ({ secret, body, time = NOW_SECONDS }) => ({ "stripe-signature": `t=${time},v1=${digest(secret, [`${time}.`, body], "hex")}` }),
	slack: ({ secret, body, time = NOW_SECONDS }) => ({
		"x-slack-request-timestamp": time,
		"x-slack-signature": `v0=${digest(secret, [`v0:${time}:`, body], "hex")}`,
	}),
	hmac: ({ secret, body, time = NOW_SECONDS, id = "1" }) => ({
		"x-own-time": time,
		"x-own-id": id,
		"x-own-signature": digest(secret, [`${time}.`, body], "hex"),
	}),
};

/** A secret's value of the form that the scheme takes. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
