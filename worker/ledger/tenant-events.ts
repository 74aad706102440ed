import { z } from "zod";
import { TenantEvent } from "../../contract/events.ts";
import { jsonColumn } from "../db/rows.ts";
import { listNewest } from "../db/list-newest.ts";

/** A row as the event that it was. */
const Row = z
	.object({
		id: z.string(),
		type: z.string(),
		at_ms: z.int(),
		agent_id: z.string().nullable(),
		run_id: z.string().nullable(),
		data: jsonColumn(z.unknown()),
	})
	.transform(({ id, type, at_ms, agent_id, run_id, data }) => ({ id, type, atMs: at_ms, agent: agent_id, run: run_id, data }))
	.pipe(TenantEvent);

/** Events for D1. Each is written once: the same again, also after a lost answer, changes nothing. */
export const eventStatements = (db: D1Database, tenantId: string, events: readonly TenantEvent[]): D1PreparedStatement[] =>
	events.map(({ id, type, atMs, agent, run, data }) =>
		db
			.prepare(
				"INSERT INTO events (id, tenant_id, agent_id, run_id, type, at_ms, data) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
			)
			.bind(id, tenantId, agent, run, type, atMs, JSON.stringify(data)),
	);

/** Which events of a tenant a list has; null: whichever. */
export interface EventFilter {
	readonly type: string | null;
	readonly agentId: string | null;
	/** Id of the last event of the page before. */
	readonly before: string | null;
	readonly most: number;
}

/** Events of a tenant, newest first. */
export const listTenantEvents = async (
	db: D1Database,
	tenantId: string,
	{ type, agentId, before, most }: EventFilter,
): Promise<TenantEvent[]> => {
	const where = [
		["type = ?", type],
		["agent_id = ?", agentId],
	] as const;
	const columns = "id, type, at_ms, agent_id, run_id, data";
	return await listNewest(db, tenantId, { shape: Row, columns, table: "events", where, before, most });
};
