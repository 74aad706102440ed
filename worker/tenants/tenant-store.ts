import { desc, eq, lt, sql } from "drizzle-orm";
import { newId } from "../../contract/ids.ts";
import type { Tenant } from "../../contract/tenants.ts";
import { openRegistry } from "../db/open-registry.ts";
import { agents, events, keys, tenants } from "../db/schema.ts";
import type { Env } from "../env.ts";

type Database = Pick<Env, "DB">;

/** What a tenant shows of itself. */
const SHOWN = { id: tenants.id, name: tenants.name, status: tenants.status, createdAtMs: tenants.createdAtMs };

/** A tenant with all it starts with. */
export interface TenantBirth {
	readonly tenant: Tenant;
	readonly agent: typeof agents.$inferInsert;
	readonly key: typeof keys.$inferInsert;
}

/** Stores a tenant, its first agent and its first key, all or none. @returns false when the name is taken */
export const insertTenant = async (env: Database, birth: TenantBirth): Promise<boolean> => {
	const registry = openRegistry(env);
	try {
		await registry.batch([
			registry.insert(tenants).values(birth.tenant),
			registry.insert(agents).values(birth.agent),
			registry.insert(keys).values(birth.key),
		]);
		return true;
	} catch (failure) {
		const holder = await registry.select({ id: tenants.id }).from(tenants).where(eq(tenants.name, birth.tenant.name)).get();
		if (holder && holder.id !== birth.tenant.id) return false;
		throw failure;
	}
};

/** A tenant, or null. */
export const findTenant = async (env: Database, id: string): Promise<Tenant | null> =>
	(await openRegistry(env).select(SHOWN).from(tenants).where(eq(tenants.id, id)).get()) ?? null;

/** Up to `rows` tenants, newest first, after an id. */
export const selectTenants = async (env: Database, after: string | null, rows: number): Promise<Tenant[]> =>
	await openRegistry(env)
		.select(SHOWN)
		.from(tenants)
		.where(after === null ? undefined : lt(tenants.id, after))
		.orderBy(desc(tenants.id))
		.limit(rows);

/** Sets a tenant's status, and tells of a suspension that begins with it, both or neither. Null when there is no such tenant. */
export const setTenantStatus = async (env: Database, id: string, status: Tenant["status"], nowMs: number): Promise<Tenant | null> => {
	const registry = openRegistry(env);
	const begins = sql`${status} = 'suspended' and exists (select 1 from ${tenants} where id = ${id} and status = 'active')`;
	const event = sql`select ${newId("evt", nowMs)}, ${id}, null, null, 'tenant.suspended', ${nowMs}, '{}' where ${begins}`;
	const [, updated] = await registry.batch([
		registry.insert(events).select(event),
		registry.update(tenants).set({ status }).where(eq(tenants.id, id)).returning(SHOWN),
	]);
	return updated.at(0) ?? null;
};
