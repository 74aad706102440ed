import { randomBytes } from "node:crypto";
import type { z } from "zod";
import type { CreateAgent } from "../../contract/agents.ts";
import { pageOf } from "../../contract/common.ts";
import { type CreateEndpoint, Delivery, NewEndpoint } from "../../contract/endpoints.ts";
import type { RunSummary } from "../../contract/runs.ts";
import { type SchemeName, Trigger, TriggerRequest } from "../../contract/triggers.ts";
import type { ApiClient } from "../../scripts/support/api-client.ts";
import { runsSoFar } from "../platform/runs-so-far.ts";
import { makeAgent, pollUntil } from "../platform/start-platform.ts";
import type { Scene } from "./scene.ts";

/** A tenant of one attack's own, whose agent `hooked` senders start. */
export interface HookTenant {
	readonly id: string;
	readonly key: string;
	readonly api: ApiClient;
	readonly agentId: string;
	/** What senders sign with, of the form that every scheme takes; sealed as `hook`. */
	readonly secret: string;
	/** @param given beside the agent and the secret's name */
	trigger(given: { readonly scheme: SchemeName } & Readonly<Record<string, unknown>>): Promise<Trigger>;
	requests(trigger: Trigger): Promise<TriggerRequest[]>;
	/** All runs of the agent that were begun before this is asked: test/platform/runs-so-far.ts. */
	runs(): Promise<RunSummary[]>;
	endpoint(given: z.input<typeof CreateEndpoint>): Promise<NewEndpoint>;
	/** Waits until the endpoint's newest delivery fits. */
	delivery(endpoint: { readonly id: string }, fits: (delivery: Delivery) => boolean, timeoutMs?: number): Promise<Delivery>;
	deliveries(query?: string): Promise<Delivery[]>;
}

/** A new secret that no scheme refuses. */
export const newHookSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;

/** What senders of the scheme hmac sign with in these attacks: test/node/triggers/signing.ts signs so. */
export const OWN_HMAC = {
	header: "X-Own-Signature",
	algorithm: "sha256",
	encoding: "hex",
	timestamp: { header: "X-Own-Time", unit: "seconds" },
	idHeader: "X-Own-Id",
} as const;

const ECHO = "export default async (input) => input;";

/** Makes a tenant with the agent `hooked`. @param agent what is said of it beside its name; by default its program returns its input */
export const hookTenant = async (scene: Scene, agent: Partial<z.input<typeof CreateAgent>> = {}): Promise<HookTenant> => {
	const { id, api, key } = await scene.platform.tenant(`hooks-${randomBytes(4).toString("hex")}`);
	const secret = newHookSecret();
	await api.request("PUT", "/v1/secrets/hook", { value: secret });
	const { id: agentId } = await makeAgent(api, { name: "hooked", policy: { grants: {} }, program: ECHO, language: "javascript", ...agent });
	const deliveries = async (query = ""): Promise<Delivery[]> =>
		(await api.expect(200, pageOf(Delivery), "GET", `/v1/deliveries?limit=200${query}`)).data;
	return {
		...{ id, key, api, agentId, secret, deliveries },
		runs: () => runsSoFar(api, agentId),
		trigger: (given) =>
			api.expect(201, Trigger, "POST", "/v1/triggers", {
				...{ agent: "hooked", secret: "hook" },
				...(given.scheme === "hmac" ? { hmac: OWN_HMAC } : {}),
				...given,
			}),
		requests: async ({ id: trigger }) =>
			(await api.expect(200, pageOf(TriggerRequest), "GET", `/v1/triggers/${trigger}/requests?limit=200`)).data,
		endpoint: async (given) => {
			const endpoint = await api.expect(201, NewEndpoint, "POST", "/v1/endpoints", given);
			scene.platform.canaries.plant(endpoint.secret);
			return endpoint;
		},
		delivery: async (endpoint, fits, timeoutMs = 60_000) => {
			const ask = async () => (await deliveries(`&endpoint=${endpoint.id}`)).slice(0, 1);
			const [found] = await pollUntil(ask, ([newest]) => newest !== undefined && fits(newest), timeoutMs);
			if (found !== undefined && fits(found)) return found;
			throw new Error(`A delivery: found ${JSON.stringify(found)?.slice(0, 600)} after ${timeoutMs} ms, wanted another state`);
		},
	};
};
