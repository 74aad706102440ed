import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { SQLiteUpdateSetSource } from "drizzle-orm/sqlite-core";
import type { EndpointSettings } from "../../contract/endpoints.ts";
import { LIMITS } from "../../contract/limits.ts";
import { openRegistry } from "../db/open-registry.ts";
import { endpoints } from "../db/webhook-schema.ts";
import type { Env } from "../env.ts";
import { type EndpointRow, readEndpointRow } from "./endpoint-row.ts";

type Database = Pick<Env, "DB">;

const rowOf = (row: typeof endpoints.$inferSelect | undefined): EndpointRow | null => (row === undefined ? null : readEndpointRow(row));
const own = (tenantId: string, id: string) => and(eq(endpoints.tenantId, tenantId), eq(endpoints.id, id));

/** Stores a new endpoint; null when the tenant has LIMITS.endpointsPerTenant of them. One statement. */
export const insertEndpoint = async (
	env: Database,
	tenantId: string,
	{ id, settings, sealed, nowMs }: { id: string; settings: EndpointSettings; sealed: string; nowMs: number },
): Promise<EndpointRow | null> => {
	const full = sql`(select count(*) from ${endpoints} where tenant_id = ${tenantId}) >= ${LIMITS.endpointsPerTenant}`;
	const values = sql`select ${id}, ${tenantId}, 'active', ${JSON.stringify(settings)}, ${sealed}, 1, null, null, null, null, ${nowMs}, ${nowMs} where not ${full}`;
	return rowOf((await openRegistry(env).insert(endpoints).select(values).returning()).at(0));
};

export const findEndpoint = async (env: Database, tenantId: string, id: string): Promise<EndpointRow | null> =>
	rowOf(await openRegistry(env).select().from(endpoints).where(own(tenantId, id)).get());

/** Up to `most` endpoints, newest first, after an id. */
export const listEndpointRows = async (env: Database, tenantId: string, after: string | null, most: number): Promise<EndpointRow[]> => {
	const where = and(eq(endpoints.tenantId, tenantId), after === null ? undefined : lt(endpoints.id, after));
	const rows = await openRegistry(env).select().from(endpoints).where(where).orderBy(desc(endpoints.id)).limit(most);
	return rows.map(readEndpointRow);
};

/** Where a change finds what it was decided on. Null answers of the changes below: it is not so any more. */
export interface EndpointPlace {
	readonly tenantId: string;
	readonly id: string;
	/** `updatedAtMs` of the row that was read. */
	readonly readAtMs: number;
}

/** Each change has a time of its own, also those of one millisecond. */
const change = async (
	env: Database,
	{ tenantId, id, readAtMs }: EndpointPlace,
	nowMs: number,
	values: SQLiteUpdateSetSource<typeof endpoints>,
): Promise<EndpointRow | null> => {
	const set = { ...values, updatedAtMs: Math.max(nowMs, readAtMs + 1) };
	const asRead = and(own(tenantId, id), eq(endpoints.updatedAtMs, readAtMs));
	return rowOf((await openRegistry(env).update(endpoints).set(set).where(asRead).returning()).at(0));
};

export const updateSettings = (
	env: Database,
	place: EndpointPlace,
	settings: EndpointSettings,
	nowMs: number,
): Promise<EndpointRow | null> => change(env, place, nowMs, { settings: JSON.stringify(settings) });

/** Disables an endpoint, since its tenant asked for it, or makes it active. */
export const updateStatus = (
	env: Database,
	place: EndpointPlace,
	status: EndpointRow["status"],
	nowMs: number,
): Promise<EndpointRow | null> => {
	const [disabledReason, disabledAtMs] = status === "disabled" ? ["tenant", nowMs] : [null, null];
	return change(env, place, nowMs, { status, disabledReason, disabledAtMs });
};

/** Stores the next secret. @param previousUntilMs until when the one that it follows signs as well; null: no longer */
export const updateSecret = (
	env: Database,
	place: EndpointPlace,
	{ sealed, previousUntilMs, nowMs }: { sealed: string; previousUntilMs: number | null; nowMs: number },
): Promise<EndpointRow | null> => {
	const previousSealed = previousUntilMs === null ? null : sql`${endpoints.sealed}`;
	return change(env, place, nowMs, { sealed, secretVersion: sql`${endpoints.secretVersion} + 1`, previousSealed, previousUntilMs });
};

/** Forgets an endpoint; null when there was none. */
export const removeEndpoint = async (env: Database, tenantId: string, id: string): Promise<EndpointRow | null> =>
	rowOf((await openRegistry(env).delete(endpoints).where(own(tenantId, id)).returning()).at(0));
