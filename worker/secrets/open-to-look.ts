import { LIMITS } from "../../contract/limits.ts";
import type { Env } from "../env.ts";
import { inTime } from "./in-time.ts";
import { openValue } from "./seal.ts";
import { sealedSecrets } from "./sealed-secrets.ts";
import { findSealed } from "./secret-store.ts";

/** Sealed rows as they were last read, by `tenant/name`: what must be looked for is looked for while the registry is away. */
const last = new Map<string, { readonly version: number; readonly sealed: string }>();

/**
 * A secret's bytes, to look for them in one text and never to be kept; null when the tenant has no secret of the name. Like `openSecret`, but where the registry
 * does not answer in LIMITS.lookMs, the row that was read last will do: a look must not be left out.
 * @throws when secrets cannot be opened, or the registry is away and the row was never read
 */
export const openToLook = async (env: Pick<Env, "DB" | "SEAL_KEY">, tenantId: string, name: string): Promise<Uint8Array | null> => {
	const key = `${tenantId}/${name}`;
	const reading = sealedSecrets.get(key, () => findSealed(env, tenantId, name));
	const row = await inTime(reading, LIMITS.lookMs).catch((error: unknown) => {
		const known = last.get(key);
		if (known === undefined) throw error;
		return known;
	});
	last.delete(key);
	if (row === null) return null;
	const [oldest] = last.keys();
	if (last.size >= LIMITS.cacheEntries && oldest !== undefined) last.delete(oldest);
	last.set(key, row);
	return await openValue(env, { tenantId, name, version: row.version }, row.sealed);
};
