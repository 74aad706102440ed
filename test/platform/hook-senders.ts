import { createHash, randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { Agent } from "../../contract/agents.ts";
import { pageOf } from "../../contract/common.ts";
import { HookRun, Trigger, TriggerRequest } from "../../contract/triggers.ts";
import type { Answer, ApiClient } from "../../scripts/support/api-client.ts";
import { SENDERS } from "../node/triggers/signing.ts";
import { makeAgent, type Platform } from "./start-platform.ts";

/** Where a sender sends, and how it signs. */
export interface Sender {
	readonly trigger: Trigger;
	/** Sends a body with its signature. @param headers override those that the sender makes */
	send(body: string | Uint8Array<ArrayBuffer>, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** Seals the secret, makes a trigger of the scheme of it, and sends as its senders do. @param body of POST /v1/triggers beside scheme and secret */
const senderOf =
	(scheme: "github" | "slack") =>
	async (platform: Platform, api: ApiClient, secret: string, body: Readonly<Record<string, unknown>>): Promise<Sender> => {
		const trigger = await makeTrigger(api, secret, { scheme, ...body });
		return {
			trigger,
			send: (payload, headers = {}) => {
				const time = headers["x-slack-request-timestamp"] ?? String(Math.floor(Date.now() / 1000));
				const signed = SENDERS[scheme]({ secret, body: payload, time, id: crypto.randomUUID() });
				const sent = { authorization: "", "content-type": "application/json", ...signed, ...headers };
				return platform.api.send("POST", hookPath(trigger), payload, sent);
			},
		};
	};
export const githubSender = senderOf("github");
export const slackSender = senderOf("slack");

/** The name under which a trigger's secret is sealed: one for each value. */
export const secretName = (secret: string): string => `hook_${createHash("sha256").update(secret).digest("hex").slice(0, 12)}`;

const makeTrigger = async (api: ApiClient, secret: string, body: Readonly<Record<string, unknown>>): Promise<Trigger> => {
	const name = secretName(secret);
	await api.request("PUT", `/v1/secrets/${name}`, { value: secret });
	return await api.expect(201, Trigger, "POST", "/v1/triggers", { agent: "default", secret: name, ...body });
};

/** The path of a trigger's URL. */
export const hookPath = (trigger: Trigger): string => new URL(trigger.url).pathname;

/** A program that gives back what it was given. */
export const ECHO = "export default async (input) => input";

/** An agent with a stored program. */
export const agentWith = (api: ApiClient, program: string, over: Readonly<Record<string, unknown>> = {}): Promise<Agent> =>
	makeAgent(api, { name: `hooked-${randomBytes(6).toString("hex")}`, policy: { grants: {} }, program, ...over });

/** The run that a webhook started. */
export const runOf = (answer: Answer): string => {
	expect(answer.status, JSON.stringify(answer.body)).toBe(202);
	return HookRun.parse(answer.body).run;
};

/** What came to a trigger. */
export const requestsTo = async (api: ApiClient, trigger: string): Promise<TriggerRequest[]> =>
	(await api.expect(200, pageOf(TriggerRequest), "GET", `/v1/triggers/${trigger}/requests`)).data;
