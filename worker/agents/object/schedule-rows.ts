import { z } from "zod";
import { LastTick, ScheduleSettings } from "../../../contract/schedules.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

const Row = z.object({
	id: z.string(),
	status: z.enum(["active", "paused", "deleted"]),
	/** When it ticks next, by its cron; null: never. */
	next_at_ms: z.int().nullable(),
	/** Rises with each change. */
	revision: z.int(),
	settings: jsonColumn(ScheduleSettings),
	last: jsonColumn(LastTick.nullable()),
	/** The failure that was told last; null: none, or a tick has come since that did not fail. */
	told: jsonColumn(LastTick.pick({ outcome: true, code: true, atMs: true }).nullable()),
	created_at_ms: z.int(),
	updated_at_ms: z.int(),
});
/** A schedule. One that is deleted stays until D1 knows. */
export type ScheduleRow = z.infer<typeof Row>;

const TickShape = z.object({
	run_id: z.string(),
	schedule_id: z.string(),
	tick_ms: z.int(),
	made_at_ms: z.int(),
	due_at_ms: z.int(),
	tries: z.int(),
});
/**
 * A tick whose run is to be started, under an id that was chosen with it. `tick_ms`: the time that the cron names. `due_at_ms`: when it is to be tried (again).
 * It is gone in the step that admits its run.
 */
export type TickRow = z.infer<typeof TickShape>;

const Count = z.object({ count: z.int() });
const Earliest = z.object({ at: z.int().nullable() });

/** The agent's schedules, and their ticks that have not started a run yet. */
export class ScheduleRows {
	readonly #sql: SqlStorage;
	/** When something is due next; undefined: not known. */
	#dueAtMs: number | null | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	insert(row: ScheduleRow): void {
		this.#sql.exec(
			"INSERT INTO schedules (id, status, next_at_ms, revision, settings, last, told, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			...[row.id, row.status, row.next_at_ms, row.revision, JSON.stringify(row.settings), JSON.stringify(row.last)],
			...[JSON.stringify(row.told), row.created_at_ms, row.updated_at_ms],
		);
		this.#dueAtMs = undefined;
	}

	/** What is given in the place of what there is, as a revision of its own. */
	update(row: ScheduleRow): ScheduleRow {
		const updated = { ...row, revision: row.revision + 1 };
		this.#sql.exec(
			"UPDATE schedules SET status = ?, next_at_ms = ?, revision = ?, settings = ?, last = ?, told = ?, updated_at_ms = ? WHERE id = ?",
			...[row.status, row.next_at_ms, updated.revision, JSON.stringify(row.settings), JSON.stringify(row.last)],
			...[JSON.stringify(row.told), row.updated_at_ms, row.id],
		);
		this.#dueAtMs = undefined;
		return updated;
	}

	/** One that is deleted too. */
	get(id: string): ScheduleRow | null {
		return readRow(this.#sql, Row, "SELECT * FROM schedules WHERE id = ?", id);
	}

	/** Those that are not deleted. */
	all(): ScheduleRow[] {
		return readRows(this.#sql, Row, "SELECT * FROM schedules WHERE status <> 'deleted' ORDER BY id");
	}

	count(): number {
		return readRow(this.#sql, Count, "SELECT count(*) AS count FROM schedules WHERE status <> 'deleted'")?.count ?? 0;
	}

	/** Those whose next tick has come. */
	ticking(nowMs: number): ScheduleRow[] {
		return readRows(this.#sql, Row, "SELECT * FROM schedules WHERE next_at_ms <= ? ORDER BY next_at_ms", nowMs);
	}

	/** Forgets a deleted one. */
	drop(id: string): void {
		this.#sql.exec("DELETE FROM schedules WHERE id = ? AND status = 'deleted'", id);
	}

	/** A tick of a schedule is made once. */
	insertTick(tick: TickRow): void {
		this.#sql.exec(
			"INSERT OR IGNORE INTO ticks (run_id, schedule_id, tick_ms, made_at_ms, due_at_ms, tries) VALUES (?, ?, ?, ?, ?, ?)",
			...[tick.run_id, tick.schedule_id, tick.tick_ms, tick.made_at_ms, tick.due_at_ms, tick.tries],
		);
		this.#dueAtMs = undefined;
	}

	/** Null: there is none, or its run was admitted. */
	tick(runId: string): TickRow | null {
		return readRow(this.#sql, TickShape, "SELECT * FROM ticks WHERE run_id = ?", runId);
	}

	dueTicks(nowMs: number, most: number): TickRow[] {
		return readRows(this.#sql, TickShape, "SELECT * FROM ticks WHERE due_at_ms <= ? ORDER BY due_at_ms, tick_ms LIMIT ?", nowMs, most);
	}

	/** It is to be tried again then, unless its run is admitted by that time. */
	tryTick({ run_id }: TickRow, dueAtMs: number): void {
		this.#sql.exec("UPDATE ticks SET due_at_ms = ?, tries = tries + 1 WHERE run_id = ?", dueAtMs, run_id);
		this.#dueAtMs = undefined;
	}

	/** All that are due wait a while. */
	putOff(nowMs: number, dueAtMs: number): void {
		this.#sql.exec("UPDATE ticks SET due_at_ms = ? WHERE due_at_ms <= ?", dueAtMs, nowMs);
		this.#dueAtMs = undefined;
	}

	dropTick(runId: string): void {
		this.#sql.exec("DELETE FROM ticks WHERE run_id = ?", runId);
		this.#dueAtMs = undefined;
	}

	dropTicksOf(scheduleId: string): void {
		this.#sql.exec("DELETE FROM ticks WHERE schedule_id = ?", scheduleId);
		this.#dueAtMs = undefined;
	}

	/** When the next tick comes, or one is tried again, epoch milliseconds; null: never. */
	dueAtMs(): number | null {
		if (this.#dueAtMs !== undefined) return this.#dueAtMs;
		const row = readRow(
			this.#sql,
			Earliest,
			`SELECT min(at) AS at FROM
			(SELECT min(next_at_ms) AS at FROM schedules WHERE next_at_ms IS NOT NULL UNION ALL SELECT min(due_at_ms) FROM ticks)`,
		);
		this.#dueAtMs = row?.at ?? null;
		return this.#dueAtMs;
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#dueAtMs = undefined;
	}
}
