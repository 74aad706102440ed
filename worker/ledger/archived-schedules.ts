import { z } from "zod";
import { Schedule } from "../../contract/schedules.ts";
import { jsonColumn } from "../db/rows.ts";
import { listNewest } from "../db/list-newest.ts";

/** A schedule's copy. `record`: JSON text of a Schedule; of a deleted one, of nothing. */
export interface ArchivedSchedule {
	readonly id: string;
	readonly status: Schedule["status"] | "deleted";
	readonly revision: number;
	readonly createdAtMs: number;
	readonly record: string;
}

const Row = z.object({
	record: jsonColumn(Schedule),
});

/** Schedules for D1. A late repeat never overwrites what is newer; a deleted one stays as that, so that none comes back. */
export const scheduleStatements = (
	db: D1Database,
	tenantId: string,
	agentId: string,
	schedules: readonly ArchivedSchedule[],
): D1PreparedStatement[] =>
	schedules.map(({ id, status, revision, createdAtMs, record }) =>
		db
			.prepare(
				`INSERT INTO schedules (id, tenant_id, agent_id, status, revision, record, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET status = excluded.status, revision = excluded.revision, record = excluded.record
				WHERE excluded.revision > schedules.revision`,
			)
			.bind(id, tenantId, agentId, status, revision, record, createdAtMs),
	);

/** Which schedules of a tenant a list has. */
export interface ScheduleFilter {
	/** Null: every agent's. */
	readonly agentId: string | null;
	/** Id of the last schedule of the page before. */
	readonly before: string | null;
	readonly most: number;
}

/** Schedules of a tenant that are not deleted, newest first. */
export const listArchivedSchedules = async (
	db: D1Database,
	tenantId: string,
	{ agentId, before, most }: ScheduleFilter,
): Promise<Schedule[]> => {
	const where = [
		["agent_id = ?", agentId],
		["status <> ?", "deleted"],
	] as const;
	const rows = await listNewest(db, tenantId, { shape: Row, columns: "record", table: "schedules", where, before, most });
	return rows.map(({ record }) => record);
};
