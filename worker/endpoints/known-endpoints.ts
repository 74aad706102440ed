import type { EndpointSettings } from "../../contract/endpoints.ts";
import { LIMITS } from "../../contract/limits.ts";
import { RegistryCache } from "../db/registry-cache.ts";
import type { Env } from "../env.ts";
import type { EndpointRow } from "./endpoint-row.ts";
import { findEndpoint, listEndpointRows } from "./endpoint-store.ts";

type Database = Pick<Env, "DB">;

/** What a tenant's active endpoints want to be told. */
export interface Wanted {
	readonly id: string;
	readonly events: EndpointSettings["events"];
	readonly payload: EndpointSettings["payload"];
}

/** This isolate's: what tenants' endpoints want, and endpoints by `tenant/id`, their secrets sealed. */
const wanted = new RegistryCache<readonly Wanted[]>();
const rows = new RegistryCache<EndpointRow>();

/** What the tenant's active endpoints want; nothing, where it has none. A change made elsewhere is seen after LIMITS.cacheMs. */
export const wantedBy = async (env: Database, tenantId: string): Promise<readonly Wanted[]> =>
	(await wanted.get(tenantId, async () => {
		const all = await listEndpointRows(env, tenantId, null, LIMITS.endpointsPerTenant);
		return all.flatMap(({ id, status, settings: { events, payload } }) => (status === "active" ? [{ id, events, payload }] : []));
	})) ?? [];

/** An endpoint; null: there is none. */
export const knownEndpoint = (env: Database, tenantId: string, id: string): Promise<EndpointRow | null> =>
	rows.get(`${tenantId}/${id}`, () => findEndpoint(env, tenantId, id));

/** To be called after a change of an endpoint was committed, before it is answered. */
export const forgetEndpoint = (tenantId: string, id: string): void => {
	wanted.forget(tenantId);
	rows.forget(`${tenantId}/${id}`);
};
