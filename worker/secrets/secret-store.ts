import { and, desc, eq, lt, sql } from "drizzle-orm";
import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Secret } from "../../contract/tenants.ts";
import { openRegistry } from "../db/open-registry.ts";
import { secrets } from "../db/schema.ts";
import type { Env } from "../env.ts";

type Database = Pick<Env, "DB">;

/** The columns that may be shown: everything but what was sealed. */
const SHOWN = {
	id: secrets.id,
	name: secrets.name,
	version: secrets.version,
	createdAtMs: secrets.createdAtMs,
	updatedAtMs: secrets.updatedAtMs,
};

const named = (tenantId: string, name: string) => and(eq(secrets.tenantId, tenantId), eq(secrets.name, name));

/** The sealed row of a name, or null. */
export const findSealed = async (env: Database, tenantId: string, name: string): Promise<{ version: number; sealed: string } | null> => {
	const columns = { version: secrets.version, sealed: secrets.sealed };
	return (await openRegistry(env).select(columns).from(secrets).where(named(tenantId, name)).get()) ?? null;
};

/** Stores the first version of a secret; null when the name exists already or the tenant has LIMITS.secretsPerTenant secrets. One statement. */
export const insertSecret = async (
	env: Database,
	row: { tenantId: string; name: string; sealed: string; nowMs: number },
): Promise<Secret | null> => {
	const full = sql`(select count(*) from ${secrets} where tenant_id = ${row.tenantId}) >= ${LIMITS.secretsPerTenant}`;
	const values = sql`select ${row.tenantId}, ${row.name}, ${newId("sec", row.nowMs)}, 1, ${row.sealed}, ${row.nowMs}, ${row.nowMs} where not ${full}`;
	const inserted = await openRegistry(env).insert(secrets).select(values).onConflictDoNothing().returning(SHOWN);
	return inserted.at(0) ?? null;
};

/** Stores the version after `previous`; null when the secret is no longer at `previous`. */
export const replaceSecret = async (
	env: Database,
	row: { tenantId: string; name: string; sealed: string; previous: number; nowMs: number },
): Promise<Secret | null> => {
	const values = { sealed: row.sealed, version: row.previous + 1, updatedAtMs: row.nowMs };
	const at = and(named(row.tenantId, row.name), eq(secrets.version, row.previous));
	return (await openRegistry(env).update(secrets).set(values).where(at).returning(SHOWN)).at(0) ?? null;
};

/** Forgets a secret; null when there was none. */
export const removeSecret = async (env: Database, tenantId: string, name: string): Promise<Secret | null> =>
	(await openRegistry(env).delete(secrets).where(named(tenantId, name)).returning(SHOWN)).at(0) ?? null;

/** Up to `rows` secrets, newest first, after an id. */
export const selectSecrets = async (env: Database, tenantId: string, after: string | null, rows: number): Promise<Secret[]> => {
	const where = and(eq(secrets.tenantId, tenantId), after === null ? undefined : lt(secrets.id, after));
	return await openRegistry(env).select(SHOWN).from(secrets).where(where).orderBy(desc(secrets.id)).limit(rows);
};
