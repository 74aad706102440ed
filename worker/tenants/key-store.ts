import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type Key, type NewKey, Scope } from "../../contract/tenants.ts";
import { openRegistry } from "../db/open-registry.ts";
import { keys, tenants } from "../db/schema.ts";
import type { Env } from "../env.ts";
import { newKeyValue } from "./key-value.ts";

type Database = Pick<Env, "DB">;
type KeyRow = typeof keys.$inferSelect;

/** A key with all that deciding about it takes. */
export interface KnownKey {
	readonly row: KeyRow;
	readonly scopes: readonly Scope[];
	readonly tenantStatus: "active" | "suspended";
}

const StoredScopes = z.array(Scope);
const readScopes = (row: KeyRow): Scope[] => StoredScopes.parse(JSON.parse(row.scopes));

const owned = (tenantId: string, id: string) => and(eq(keys.tenantId, tenantId), eq(keys.id, id));

/** A row as clients see it. */
export const toKey = (row: KeyRow): Key => ({
	id: row.id,
	name: row.name,
	prefix: `cordon_${row.locator}`,
	scopes: readScopes(row),
	createdAtMs: row.createdAtMs,
	expiresAtMs: row.expiresAtMs,
	revokedAtMs: row.revokedAtMs,
});

/** What a new key is made from. */
export interface KeyBirth {
	readonly tenantId: string;
	readonly name: string;
	readonly scopes: readonly Scope[];
	readonly expiresAtMs: number | null;
	readonly nowMs: number;
}

/** A new key: its row, to be stored, and its one answer with the value in it. */
export const bearKey = async (birth: KeyBirth): Promise<{ row: KeyRow; answer: NewKey }> => {
	const { value, locator, hash } = await newKeyValue();
	const { tenantId, name, expiresAtMs, nowMs } = birth;
	const scopes = JSON.stringify([...new Set(birth.scopes)]);
	const row = { id: newId("key", nowMs), tenantId, name, locator, hash, scopes, createdAtMs: nowMs, expiresAtMs, revokedAtMs: null };
	return { row, answer: { ...toKey(row), value } };
};

/** The key of a locator with its tenant's status, or null. The one look-up that has no tenant yet: it finds whose the key is. */
export const findByLocator = async (env: Database, locator: string): Promise<KnownKey | null> => {
	const found = await openRegistry(env)
		.select({ row: keys, tenantStatus: tenants.status })
		.from(keys)
		.innerJoin(tenants, eq(tenants.id, keys.tenantId))
		.where(eq(keys.locator, locator))
		.get();
	return found ? { ...found, scopes: readScopes(found.row) } : null;
};

/** A key of a tenant, or null. */
export const findKey = async (env: Database, tenantId: string, id: string): Promise<KeyRow | null> =>
	(await openRegistry(env).select().from(keys).where(owned(tenantId, id)).get()) ?? null;

/** Up to `rows` keys, newest first, after an id. */
export const selectKeys = async (env: Database, tenantId: string, after: string | null, rows: number): Promise<KeyRow[]> => {
	const where = and(eq(keys.tenantId, tenantId), after === null ? undefined : lt(keys.id, after));
	return await openRegistry(env).select().from(keys).where(where).orderBy(desc(keys.id)).limit(rows);
};

/** Stores a key unless its tenant has LIMITS.keysPerTenant usable ones. One statement. @returns whether it was stored */
export const insertKey = async (env: Database, row: KeyRow): Promise<boolean> => {
	const usable = sql`select count(*) from ${keys} where tenant_id = ${row.tenantId} and revoked_at_ms is null and (expires_at_ms is null or expires_at_ms > ${row.createdAtMs})`;
	const stored = await openRegistry(env)
		.insert(keys)
		.select(sql`select ${columnsOf(row)} where (${usable}) < ${LIMITS.keysPerTenant}`)
		.returning({ id: keys.id });
	return stored.length === 1;
};

/** Revokes a key; one that is revoked already stays as it was. Null when there is none. */
export const revokeRow = async (env: Database, tenantId: string, id: string, nowMs: number): Promise<KeyRow | null> => {
	const values = { revokedAtMs: sql`coalesce(${keys.revokedAtMs}, ${nowMs})` };
	return (await openRegistry(env).update(keys).set(values).where(owned(tenantId, id)).returning()).at(0) ?? null;
};

/** Stores the successor and revokes the old key, both or neither: of two rolls at once one succeeds. @returns whether it did */
export const replaceKey = async (env: Database, oldId: string, successor: KeyRow): Promise<boolean> => {
	const registry = openRegistry(env);
	const old = and(owned(successor.tenantId, oldId), isNull(keys.revokedAtMs));
	const stillValid = sql`select 1 from ${keys} where tenant_id = ${successor.tenantId} and id = ${oldId} and revoked_at_ms is null`;
	const [stored] = await registry.batch([
		registry
			.insert(keys)
			.select(sql`select ${columnsOf(successor)} where exists (${stillValid})`)
			.returning({ id: keys.id }),
		registry.update(keys).set({ revokedAtMs: successor.createdAtMs }).where(old),
	]);
	return stored.length === 1;
};

/** The row's values in the order of the table's columns, as bound parameters. */
const columnsOf = (row: KeyRow) =>
	sql`${row.id}, ${row.tenantId}, ${row.name}, ${row.locator}, ${row.hash}, ${row.scopes}, ${row.createdAtMs}, ${row.expiresAtMs}, ${row.revokedAtMs}`;
