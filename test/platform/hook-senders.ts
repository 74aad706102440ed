import { createHmac, randomBytes } from "node:crypto";
import { expect } from "vitest";
import { z } from "zod";
import type { Agent } from "../../contract/agents.ts";
import { pageOf } from "../../contract/common.ts";
import { Run } from "../../contract/runs.ts";
import { HookRun, Trigger, TriggerRequest } from "../../contract/triggers.ts";
import type { Answer, ApiClient } from "../../scripts/support/api-client.ts";
import { makeAgent, type Platform, pollUntil } from "./start-platform.ts";

/** Where a sender sends, and how it signs. */
export interface Sender {
	readonly trigger: Trigger;
	/** Sends a body with its signature. @param headers override those that the sender makes */
	send(body: string | Uint8Array<ArrayBuffer>, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

const hex = (secret: string, text: string | Uint8Array, algorithm = "sha256"): string =>
	createHmac(algorithm, secret).update(text).digest("hex");
const nowSeconds = (): string => String(Math.floor(Date.now() / 1000));

/** Seals the secret, makes a trigger of it, and sends as GitHub does. @param body of POST /v1/triggers beside scheme and secret */
export const githubSender = async (
	platform: Platform,
	api: ApiClient,
	secret: string,
	body: Readonly<Record<string, unknown>>,
): Promise<Sender> => {
	const trigger = await makeTrigger(api, secret, { scheme: "github", ...body });
	return {
		trigger,
		send: (payload, headers = {}) =>
			platform.api.send("POST", hookPath(trigger), payload, {
				...{ authorization: "", "content-type": "application/json", "x-github-event": "issues", "x-github-delivery": crypto.randomUUID() },
				...{ "x-hub-signature-256": `sha256=${hex(secret, payload)}` },
				...headers,
			}),
	};
};

/** The same for Slack. */
export const slackSender = async (
	platform: Platform,
	api: ApiClient,
	secret: string,
	body: Readonly<Record<string, unknown>>,
): Promise<Sender> => {
	const trigger = await makeTrigger(api, secret, { scheme: "slack", ...body });
	return {
		trigger,
		send: (payload, headers = {}) => {
			const time = headers["x-slack-request-timestamp"] ?? nowSeconds();
			const signature = createHmac("sha256", secret).update(`v0:${time}:`).update(payload).digest("hex");
			return platform.api.send("POST", hookPath(trigger), payload, {
				...{
					authorization: "",
					"content-type": "application/json",
					"x-slack-request-timestamp": time,
					"x-slack-signature": `v0=${signature}`,
				},
				...headers,
			});
		},
	};
};

/** The name under which a trigger's secret is sealed: one for each value. */
export const secretName = (secret: string): string => `hook_${hex("name", secret).slice(0, 12)}`;

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

/** A run once it has ended. */
export const endedRunOf = (api: ApiClient, id: string): Promise<Run> =>
	pollUntil(
		async () => api.expect(200, Run, "GET", `/v1/runs/${id}`),
		({ endedAtMs }) => endedAtMs !== null,
		20_000,
	);

/** How many runs an agent has, once the list shows as many as are wanted: it is a moment late. */
export const countRuns = (api: ApiClient, agent: string, wanted: number): Promise<number> =>
	pollUntil(
		async () => (await api.expect(200, z.looseObject({ data: z.array(z.unknown()) }), "GET", `/v1/runs?agent=${agent}`)).data.length,
		(found) => found >= wanted,
		10_000,
	);

/** What came to a trigger. */
export const requestsTo = async (api: ApiClient, trigger: string): Promise<TriggerRequest[]> =>
	(await api.expect(200, pageOf(TriggerRequest), "GET", `/v1/triggers/${trigger}/requests`)).data;
