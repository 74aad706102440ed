import { and, desc, eq, lt, sql } from "drizzle-orm";
import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { openRegistry } from "../db/open-registry.ts";
import { resources } from "../db/schema.ts";
import type { Env } from "../env.ts";

type Database = Pick<Env, "DB">;
export type ResourceKind = (typeof resources.$inferSelect)["kind"];

/** A resource as stored. `description` is JSON that its own room parses. */
export interface ResourceRow {
	readonly id: string;
	readonly name: string;
	/** Rises with each write. */
	readonly version: number;
	readonly description: string;
	readonly createdAtMs: number;
	readonly updatedAtMs: number;
}

const SHOWN = {
	id: resources.id,
	name: resources.name,
	version: resources.version,
	description: resources.description,
	createdAtMs: resources.createdAtMs,
	updatedAtMs: resources.updatedAtMs,
};

const named = (tenantId: string, kind: ResourceKind, name: string) =>
	and(eq(resources.tenantId, tenantId), eq(resources.kind, kind), eq(resources.name, name));

export const findResource = async (env: Database, tenantId: string, kind: ResourceKind, name: string): Promise<ResourceRow | null> =>
	(await openRegistry(env)
		.select(SHOWN)
		.from(resources)
		.where(named(tenantId, kind, name))
		.get()) ?? null;

/** Makes a resource; null when the name exists or the tenant has LIMITS.resourcesPerTenant of the kind. One statement. */
export const insertResource = async (
	env: Database,
	row: { tenantId: string; kind: ResourceKind; name: string; description: string; nowMs: number },
): Promise<ResourceRow | null> => {
	const full = sql`(select count(*) from ${resources} where tenant_id = ${row.tenantId} and kind = ${row.kind}) >= ${LIMITS.resourcesPerTenant}`;
	const values = sql`select ${row.tenantId}, ${row.kind}, ${row.name}, ${newId("res", row.nowMs)}, 1, ${row.description}, ${row.nowMs}, ${row.nowMs} where not ${full}`;
	const inserted = await openRegistry(env).insert(resources).select(values).onConflictDoNothing().returning(SHOWN);
	return inserted.at(0) ?? null;
};

/** Writes the version after `previous`; null when the resource is no longer at `previous`: compare and set. */
export const replaceResource = async (
	env: Database,
	row: { tenantId: string; kind: ResourceKind; name: string; description: string; previous: number; nowMs: number },
): Promise<ResourceRow | null> => {
	const values = { description: row.description, version: row.previous + 1, updatedAtMs: row.nowMs };
	const at = and(named(row.tenantId, row.kind, row.name), eq(resources.version, row.previous));
	return (await openRegistry(env).update(resources).set(values).where(at).returning(SHOWN)).at(0) ?? null;
};

/** Forgets a resource; null when there was none. */
export const removeResource = async (env: Database, tenantId: string, kind: ResourceKind, name: string): Promise<ResourceRow | null> =>
	(
		await openRegistry(env)
			.delete(resources)
			.where(named(tenantId, kind, name))
			.returning(SHOWN)
	).at(0) ?? null;

/** Up to `rows` resources of a kind, newest first, after an id. */
export const selectResources = async (
	env: Database,
	tenantId: string,
	kind: ResourceKind,
	after: string | null,
	rows: number,
): Promise<ResourceRow[]> => {
	const where = and(eq(resources.tenantId, tenantId), eq(resources.kind, kind), after === null ? undefined : lt(resources.id, after));
	return await openRegistry(env).select(SHOWN).from(resources).where(where).orderBy(desc(resources.id)).limit(rows);
};
