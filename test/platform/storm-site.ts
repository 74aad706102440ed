import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "../../contract/agents.ts";
import { NewEndpoint } from "../../contract/endpoints.ts";
import { NewTenant } from "../../contract/tenants.ts";
import { Trigger } from "../../contract/triggers.ts";
import { type ApiClient, createApiClient } from "../../scripts/support/api-client.ts";
import { OPERATOR, type PlatformProcess, startPlatform } from "./fault-platform.ts";
import { killNow, until } from "./fault-processes.ts";
import type { StormSender } from "./storm-postman.ts";
import type { StormReceiver } from "./storm-receiver.ts";
import { STORM_SCHEME_NAMES, STORM_SCHEMES } from "./storm-senders.ts";
import type { StormSink } from "./storm-sink.ts";

/** A tenant of the storm: its client, and the name of its endpoint at the receiver. */
export interface StormTenant {
	readonly name: string;
	readonly api: ApiClient;
}

/** A platform that a storm comes over. */
export interface StormSite extends AsyncDisposable {
	readonly url: string;
	readonly platform: PlatformProcess;
	readonly tenants: readonly StormTenant[];
	readonly senders: readonly StormSender[];
	/** kill -9 to the control plane alone, which comes back by itself. */
	killControlPlane(): Promise<void>;
	/** kill -9 to the supervisor, and all of it started again on the same data. */
	crash(): Promise<void>;
}

/** What every webhook starts: one effect on the far side, under the delivery's name. It says what came of it: a crowded machine may be too slow for the far side. */
const PROGRAM = `export default async ({ delivery, sink }, env) => {
	const effect = env.sink.fetch(sink + "/" + delivery, { method: "POST", body: delivery });
	return { delivery, answer: await effect.then(({ status }) => status, ({ code }) => code) };
};`;

/** Starts a platform with tenants, each with an agent, an endpoint for \`run.succeeded\`, and its share of the senders, whose schemes take turns. */
export const startStormSite = async (settings: {
	readonly tenants: number;
	readonly senders: number;
	readonly executors: number;
	readonly isolation: "fresh" | "warm";
	readonly receiver: StormReceiver;
	readonly sink: StormSink;
}): Promise<StormSite> => {
	const { receiver, sink, executors } = settings;
	const dataFolder = await mkdtemp(join(tmpdir(), "cordon-storm-"));
	const start = (port: number): Promise<PlatformProcess> =>
		startPlatform({ dataFolder, port, executors, upstream: `${receiver.host},${sink.host}` });
	let platform = await start(0);
	const { url, port } = platform;
	const operator = createApiClient(url, OPERATOR);
	const numbers = [...Array(settings.tenants).keys()];
	const tenants = await Promise.all(numbers.map((number) => makeTenant(operator, url, `storm-${number}`, settings)));
	const senders: StormSender[] = [];
	for (let number = 0; number < settings.senders; number += 1) {
		const tenant = number % tenants.length;
		const api = tenants[tenant]?.api;
		if (api !== undefined) senders.push(await makeSender(api, number, tenant, sink.origin));
	}
	return {
		url,
		get platform() {
			return platform;
		},
		tenants,
		senders,
		killControlPlane: async () => {
			for (const each of platform.family()) if (each.commandLine.includes("workerd serve --binary")) killNow(each);
			await until("a control plane that answers", 60_000, () =>
				fetch(`${url}/healthz`).then(
					({ ok }) => (ok ? true : null),
					() => null,
				),
			);
		},
		crash: async () => {
			await platform.kill();
			platform = await start(port);
		},
		[Symbol.asyncDispose]: async () => {
			await platform[Symbol.asyncDispose]();
			await rm(dataFolder, { recursive: true, force: true });
		},
	};
};

const makeTenant = async (
	operator: ApiClient,
	url: string,
	name: string,
	{ receiver, sink, isolation }: { readonly receiver: StormReceiver; readonly sink: StormSink; readonly isolation: "fresh" | "warm" },
): Promise<StormTenant> => {
	const { key } = await operator.expect(201, NewTenant, "POST", "/v1/tenants", { name });
	const api = createApiClient(url, key.value);
	const allow = [{ host: sink.host, scheme: "http", methods: ["POST"] }];
	await api.expect(201, Agent, "POST", "/v1/agents", {
		name: "worker",
		policy: {
			grants: { sink: { verb: "http.fetch", allow, idempotencyHeader: "idempotency-key", limits: { timeoutMs: 25_000 } } },
			limits: { wallMs: 120_000, cpuMs: 5_000 },
		},
		program: PROGRAM,
		language: "javascript",
		isolation,
	});
	const endpoint = { url: receiver.urlOf(name), events: ["run.succeeded"], payload: "full" };
	const { secret } = await api.expect(201, NewEndpoint, "POST", "/v1/endpoints", endpoint);
	receiver.trust(name, secret);
	return { name, api };
};

const makeSender = async (api: ApiClient, number: number, tenant: number, sink: string): Promise<StormSender> => {
	const scheme = STORM_SCHEMES[STORM_SCHEME_NAMES[number % STORM_SCHEME_NAMES.length] ?? "standard"];
	const secret = scheme.secretOf(randomBytes(32));
	const name = `sender_${number}`;
	const sealed = await api.request("PUT", `/v1/secrets/${name}`, { value: secret });
	if (sealed.status >= 300) throw new Error(`Sealing a sender's secret: found ${sealed.status}, wanted 2xx`);
	const input = { delivery: { $from: "0.delivery" }, sink };
	const trigger = await api.expect(201, Trigger, "POST", "/v1/triggers", { agent: "worker", ...scheme.trigger, secret: name, input });
	return { tenant, scheme, url: trigger.url, secret };
};
