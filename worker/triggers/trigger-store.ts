import { and, desc, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import { newId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { SchemeName, TriggerSettings } from "../../contract/triggers.ts";
import { openRegistry } from "../db/open-registry.ts";
import { agents } from "../db/schema.ts";
import { triggers } from "../db/webhook-schema.ts";
import type { Env } from "../env.ts";
import type { TriggerRow } from "./trigger-row.ts";

type Database = Pick<Env, "DB">;

const Row = z
	.object({
		id: z.string(),
		tenantId: z.string(),
		agentId: z.string(),
		scheme: SchemeName,
		status: z.enum(["active", "disabled"]),
		settings: z.string(),
		createdAtMs: z.int(),
		updatedAtMs: z.int(),
	})
	.transform((row): TriggerRow => ({ ...row, stored: row.settings, settings: TriggerSettings.parse(JSON.parse(row.settings)) }));

const COLUMNS = {
	id: triggers.id,
	tenantId: triggers.tenantId,
	agentId: triggers.agentId,
	scheme: triggers.scheme,
	status: triggers.status,
	settings: triggers.settings,
	createdAtMs: triggers.createdAtMs,
	updatedAtMs: triggers.updatedAtMs,
};

const rowOf = (row: unknown): TriggerRow | null => (row === undefined ? null : Row.parse(row));
/** An agent that is archived has no triggers any more; their senders' repeats are answered all the same. */
const isLiving = sql`exists (select 1 from ${agents} where ${agents.id} = ${triggers.agentId} and ${agents.status} <> 'archived')`;
const own = (tenantId: string, id: string) => and(eq(triggers.tenantId, tenantId), eq(triggers.id, id));

/** A trigger by the id in its URL, whosever it is: whoever sends there has no key, and is let in by a signature alone. */
export const findTriggerOfUrl = async (env: Database, id: string): Promise<TriggerRow | null> =>
	rowOf(await openRegistry(env).select(COLUMNS).from(triggers).where(eq(triggers.id, id)).get());

/** A tenant's trigger, or null. */
export const findTrigger = async (env: Database, tenantId: string, id: string): Promise<TriggerRow | null> =>
	rowOf(
		await openRegistry(env)
			.select(COLUMNS)
			.from(triggers)
			.where(and(own(tenantId, id), isLiving))
			.get(),
	);

/** Makes a trigger; null when the tenant has LIMITS.triggersPerTenant of them. One statement. */
export const insertTrigger = async (
	env: Database,
	{ tenantId, agentId, scheme, settings, nowMs }: Pick<TriggerRow, "tenantId" | "agentId" | "scheme" | "settings"> & { nowMs: number },
): Promise<TriggerRow | null> => {
	const full = sql`(select count(*) from ${triggers} where tenant_id = ${tenantId}) >= ${LIMITS.triggersPerTenant}`;
	const values = sql`select ${newId("trg", nowMs)}, ${tenantId}, ${agentId}, ${scheme}, 'active', ${JSON.stringify(settings)}, ${nowMs}, ${nowMs} where not ${full}`;
	return rowOf((await openRegistry(env).insert(triggers).select(values).returning(COLUMNS)).at(0));
};

/** Writes settings and status over those that were read; null when another write came between: compare and set. */
export const replaceTrigger = async (
	env: Database,
	before: TriggerRow,
	{ settings, status, nowMs }: Pick<TriggerRow, "settings" | "status"> & { nowMs: number },
): Promise<TriggerRow | null> => {
	const values = { settings: JSON.stringify(settings), status, updatedAtMs: nowMs };
	const asRead = and(own(before.tenantId, before.id), eq(triggers.settings, before.stored), eq(triggers.status, before.status));
	return rowOf((await openRegistry(env).update(triggers).set(values).where(asRead).returning(COLUMNS)).at(0));
};

/** Forgets a trigger; null when there was none. */
export const removeTrigger = async (env: Database, tenantId: string, id: string): Promise<TriggerRow | null> =>
	rowOf((await openRegistry(env).delete(triggers).where(own(tenantId, id)).returning(COLUMNS)).at(0));

/** Up to `most` triggers of a tenant, newest first, before an id. @param filter null in it: whichever */
export const selectTriggers = async (
	env: Database,
	tenantId: string,
	{ agentId, before, most }: { readonly agentId: string | null; readonly before: string | null; readonly most: number },
): Promise<TriggerRow[]> => {
	const ofAgent = agentId === null ? undefined : eq(triggers.agentId, agentId);
	const where = and(eq(triggers.tenantId, tenantId), isLiving, ofAgent, before === null ? undefined : lt(triggers.id, before));
	const found = await openRegistry(env).select(COLUMNS).from(triggers).where(where).orderBy(desc(triggers.id)).limit(most);
	return found.map((row) => Row.parse(row));
};
