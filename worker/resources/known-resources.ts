import { RegistryCache } from "../db/registry-cache.ts";
import type { Env } from "../env.ts";
import { findResource, type ResourceKind, type ResourceRow } from "./resource-store.ts";

/** This isolate's rows by `tenant/kind/name`: a change made elsewhere is seen after LIMITS.cacheMs, one made here at once. */
const known = new RegistryCache<ResourceRow>();

/** A resource of the tenant, or null. */
export const knownResource = (env: Pick<Env, "DB">, tenantId: string, kind: ResourceKind, name: string): Promise<ResourceRow | null> =>
	known.get(`${tenantId}/${kind}/${name}`, () => findResource(env, tenantId, kind, name));

/** To be called after each change of the row was committed, before it is answered. */
export const forgetResource = (tenantId: string, kind: ResourceKind, name: string): void => known.forget(`${tenantId}/${kind}/${name}`);
