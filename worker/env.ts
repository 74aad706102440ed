import type { AgentObject } from "./agents/agent-object.ts";
import type { EndpointObject } from "./endpoints/endpoint-object.ts";
import type { TenantObject } from "./tenant-budget/tenant-object.ts";

/** An agent's object as the Worker's rooms call it. Only plain data crosses, so the methods' own types hold on both sides. */
export type AgentPort = Omit<AgentObject, keyof DurableObjectBase | "alarm">;
type DurableObjectBase = import("cloudflare:workers").DurableObject<Env>;

/** The namespace of the agents' objects, as far as it is used. */
export interface AgentNamespace {
	idFromName(name: string): DurableObjectId;
	get(id: DurableObjectId): AgentPort;
}

/** A tenant's object as the Worker's rooms and its agents' objects call it. */
export type TenantPort = Omit<TenantObject, keyof DurableObjectBase | "alarm">;

/** The namespace of the tenants' objects, whose names are the tenants' ids. */
export interface TenantNamespace {
	idFromName(name: string): DurableObjectId;
	get(id: DurableObjectId): TenantPort;
}

/** An endpoint's object as the Worker's rooms and other objects call it. */
export type EndpointPort = Omit<EndpointObject, keyof DurableObjectBase | "alarm">;

/** The namespace of the endpoints' objects, named by tenant and locator. */
export interface EndpointNamespace {
	idFromName(name: string): DurableObjectId;
	get(id: DurableObjectId): EndpointPort;
}

/** The Worker's bindings. On one machine the supervisor gives them; on Cloudflare wrangler.toml and secrets do. */
export interface Env {
	readonly AGENTS: AgentNamespace;
	readonly TENANTS: TenantNamespace;
	readonly ENDPOINTS: EndpointNamespace;
	readonly DB: D1Database;
	/** Content too large for an agent's object: files of runs, handles, images of datasets. */
	readonly BLOBS: R2Bucket;
	readonly RUNS: Queue<{ tenantId: string; agentId: string; runId: string }>;
	/** `remote`: the supervisor's executors. `loader`: Worker Loader, on Cloudflare only. Anything else: every run is refused. */
	readonly EXECUTOR?: string;
	/** The supervisor, over a unix socket; only with `remote`. */
	readonly EXECUTOR_SERVICE?: Fetcher;
	readonly LOADER?: WorkerLoader;
	/** A network that connects to public addresses only; on Cloudflare absent, where the Worker's own fetch is that. */
	readonly EGRESS?: Fetcher;
	/** A network that connects to this machine only, for the hosts of DEVELOPMENT_HOSTS; absent where there are none. */
	readonly DEVELOPMENT_EGRESS?: Fetcher;
	/** Base64 of 32 bytes: what secrets are sealed under. */
	readonly SEAL_KEY?: string;
	/** Base64 of 32 bytes: what attempts' tokens are signed with. New at each start on one machine. */
	readonly GATE_KEY?: string;
	readonly ADMIN_TOKEN?: string;
	/** Requests a minute, as contract/rates reads them; absent: its defaults. */
	readonly RATE_LIMIT?: string;
	// Databases of stores stand beside these, under names that begin with HYPERDRIVE_ and D1_ (stores/open-store).
	/** Comma list of host:port on loopback that http.fetch may reach; for development only. */
	readonly DEVELOPMENT_HOSTS?: string;
}
