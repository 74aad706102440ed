import { RegistryCache } from "../db/registry-cache.ts";
import type { Env } from "../env.ts";
import type { TriggerRow } from "./trigger-row.ts";
import { findTriggerOfUrl } from "./trigger-store.ts";

/** This isolate's rows by id: a change made elsewhere is seen after LIMITS.cacheMs, one made here at once. */
const known = new RegistryCache<TriggerRow>();

/** The trigger of a URL, or null. */
export const knownTrigger = (env: Pick<Env, "DB">, id: string): Promise<TriggerRow | null> =>
	known.get(id, () => findTriggerOfUrl(env, id));

/** To be called after each change of the row was committed, before it is answered. */
export const forgetTrigger = (id: string): void => known.forget(id);
