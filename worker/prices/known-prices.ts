import type { PriceTable } from "../../contract/budgets.ts";
import { RegistryCache } from "../db/registry-cache.ts";
import type { Env } from "../env.ts";
import { findPrices, type StoredPrices } from "./price-store.ts";

/** This isolate's prices by tenant. A change forgets them. */
const known = new RegistryCache<StoredPrices>();

/** To be called after a change of a tenant's prices was committed, before it is answered. */
export const forgetPrices = (tenantId: string): void => known.forget(tenantId);

/** The prices that a run of a tenant is admitted under, for `AdmitCommand.prices`; null: the platform's. Read from the registry once in LIMITS.cacheMs. */
export const tenantPrices = async (env: Pick<Env, "DB">, tenantId: string): Promise<{ version: number; table: PriceTable } | null> => {
	const stored = await known.get(tenantId, () => findPrices(env, tenantId));
	return stored === null || stored.table === null ? null : { version: stored.version, table: stored.table };
};
