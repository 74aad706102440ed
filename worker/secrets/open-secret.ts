import type { Env } from "../env.ts";
import { openValue } from "./seal.ts";
import { sealedSecrets } from "./sealed-secrets.ts";
import { findSealed } from "./secret-store.ts";

/**
 * A secret's bytes, for use within one call and never to be kept; null when the tenant has no secret of the name. Only sealed rows are kept in
 * memory: a change made elsewhere is seen after LIMITS.cacheMs, one made here at once.
 * @throws Refusal `internal` when secrets cannot be opened (`SEAL_KEY` missing, malformed or another one).
 */
export const openSecret = async (env: Pick<Env, "DB" | "SEAL_KEY">, tenantId: string, name: string): Promise<Uint8Array | null> => {
	const row = await sealedSecrets.get(`${tenantId}/${name}`, () => findSealed(env, tenantId, name));
	return row === null ? null : await openValue(env, { tenantId, name, version: row.version }, row.sealed);
};
