import type { ApiClient } from "../../scripts/support/api-client.ts";
import { type Platform, startPlatform } from "../platform/start-platform.ts";
import type { Canary, Upstream } from "../platform/upstream.ts";
import { type AttackedServers, startAttackedServers } from "./attacked-servers.ts";
import { makeHostileAgent } from "./hostile-agent.ts";
import { type HonestTenant, startHonestTenant } from "./honest-tenant.ts";

/** All that an attack finds: a platform, an attacker with an agent of many grants, a tenant beside it. */
export interface Scene {
	readonly platform: Platform;
	/** `http://127.0.0.1:port` of the public API. */
	readonly url: string;
	/** The attacker's tenant. */
	readonly attacker: { readonly id: string; readonly key: string };
	/** The attacker's client: an answer that has a sealed value throws. */
	readonly api: ApiClient;
	readonly operator: ApiClient;
	readonly victim: HonestTenant;
	/** The agent `hostile`. */
	readonly agentId: string;
	/** The name of the secret that `web` injects. */
	readonly secretName: string;
	readonly servers: AttackedServers;
	readonly upstream: Upstream;
	readonly forbidden: Canary;
	/** What every program gets. */
	readonly input: Readonly<Record<"upstream" | "forbidden" | "neighbour" | "secretName", string>>;
	/** @throws when a sealed value lies in the data folder */
	stop(): Promise<void>;
}

/** Starts all of it, once for many attacks. */
export const startScene = async (): Promise<Scene> => {
	const servers = await startAttackedServers();
	const platform = await startPlatform(servers.hosts);
	const { id, api, key } = await platform.tenant("attacker");
	const agentId = await makeHostileAgent(api, servers);
	const victim = await startHonestTenant(platform);
	const { upstream, forbidden } = servers;
	return {
		platform,
		url: platform.cordon.url,
		attacker: { id, key },
		api,
		operator: platform.operator,
		victim,
		agentId,
		secretName: "token",
		servers,
		upstream,
		forbidden,
		input: { upstream: upstream.host, forbidden: `127.0.0.1:${forbidden.port}`, neighbour: victim.runId, secretName: "token" },
		stop: async () => {
			await platform.stop();
			await servers.close();
		},
	};
};
