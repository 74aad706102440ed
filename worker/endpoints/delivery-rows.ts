import { z } from "zod";
import { DeliveryAttempt, DeliveryStatus } from "../../contract/endpoints.ts";
import { newRoutedId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { jsonColumn, readRow, readRows } from "../db/rows.ts";

const Columns = z
	.object({
		id: z.string(),
		event_id: z.string(),
		type: z.string(),
		status: DeliveryStatus,
		revision: z.int(),
		body: z.string(),
		hops: z.int(),
		due_at_ms: z.int().nullable(),
		is_under_way: z.int(),
		first_at_ms: z.int().nullable(),
		tries: z.int(),
		attempt_count: z.int(),
		attempts: jsonColumn(z.array(DeliveryAttempt)),
		created_at_ms: z.int(),
		ended_at_ms: z.int().nullable(),
	})
	.transform((row) => ({
		id: row.id,
		eventId: row.event_id,
		type: row.type,
		status: row.status,
		revision: row.revision,
		body: row.body,
		hops: row.hops,
		dueAtMs: row.due_at_ms,
		isUnderWay: row.is_under_way === 1,
		firstAtMs: row.first_at_ms,
		tries: row.tries,
		attemptCount: row.attempt_count,
		attempts: row.attempts,
		createdAtMs: row.created_at_ms,
		endedAtMs: row.ended_at_ms,
	}));
/** A delivery as its endpoint's object has it (endpoint-tables says what the times are). */
export type DeliveryRow = z.infer<typeof Columns>;
/** What is given of one that is new. */
export type NewDelivery = Pick<DeliveryRow, "eventId" | "type" | "body" | "hops">;
/** What an attempt, or making it again, changes of it. */
export type DeliveryProgress = Pick<
	DeliveryRow,
	"status" | "dueAtMs" | "isUnderWay" | "firstAtMs" | "tries" | "attemptCount" | "attempts" | "endedAtMs"
>;

const Id = z.object({ id: z.string() });
const At = z.object({ at: z.int().nullable() });

/** The deliveries of an endpoint. Every change raises the revision and marks the delivery for D1. */
export class DeliveryRows {
	readonly #sql: SqlStorage;
	readonly #bytes: () => number;

	/** @param bytes how large the object is */
	constructor(sql: SqlStorage, bytes: () => number) {
		this.#sql = sql;
		this.#bytes = bytes;
	}

	/** Takes an event, unless there is a delivery of it: then nothing changes. @returns the new delivery's id; null: there was one */
	add(locator: string, event: NewDelivery, nowMs: number): string | null {
		if (readRow(this.#sql, Id, "SELECT id FROM deliveries WHERE event_id = ?", event.eventId) !== null) return null;
		const id = newRoutedId("dlv", locator, nowMs);
		this.#sql.exec(
			`INSERT INTO deliveries (id, event_id, type, status, revision, body, hops, due_at_ms, is_under_way, first_at_ms, tries, attempt_count, attempts, created_at_ms)
			VALUES (?, ?, ?, 'pending', 1, ?, ?, ?, 0, NULL, 0, 0, '[]', ?)`,
			...[id, event.eventId, event.type, event.body, event.hops, nowMs, nowMs],
		);
		this.#mark(id);
		return id;
	}

	get(id: string): DeliveryRow | null {
		return readRow(this.#sql, Columns, "SELECT * FROM deliveries WHERE id = ?", id);
	}

	put(id: string, next: DeliveryProgress): void {
		this.#sql.exec(
			`UPDATE deliveries SET revision = revision + 1, status = ?, due_at_ms = ?, is_under_way = ?, first_at_ms = ?, tries = ?, attempt_count = ?,
			attempts = ?, ended_at_ms = ? WHERE id = ?`,
			...[next.status, next.dueAtMs, next.isUnderWay ? 1 : 0, next.firstAtMs, next.tries, next.attemptCount],
			...[JSON.stringify(next.attempts), next.endedAtMs, id],
		);
		this.#mark(id);
	}

	/** Notes that a delivery is being tried, and when to look whether its object still lives. Nobody is shown that, so no copy changes. */
	begin(id: string, lookAtMs: number): void {
		this.#sql.exec("UPDATE deliveries SET is_under_way = 1, due_at_ms = ? WHERE id = ?", lookAtMs, id);
	}

	/** Whatever was being tried when the object died is due at once. @returns how many those were */
	takeUp(): number {
		return this.#sql.exec("UPDATE deliveries SET is_under_way = 0, due_at_ms = min(due_at_ms, 0) WHERE is_under_way = 1").rowsWritten;
	}

	/** The delivery that is due the longest, but for those named. */
	nextDue(nowMs: number, except: ReadonlySet<string>): DeliveryRow | null {
		const query = "SELECT id FROM deliveries WHERE due_at_ms <= ? ORDER BY due_at_ms, seq LIMIT ?";
		const next = readRows(this.#sql, Id, query, nowMs, except.size + 1).find(({ id }) => !except.has(id));
		return next === undefined ? null : this.get(next.id);
	}

	earliestDue(): number | null {
		return readRow(this.#sql, At, "SELECT min(due_at_ms) AS at FROM deliveries WHERE due_at_ms IS NOT NULL")?.at ?? null;
	}

	earliestEnd(): number | null {
		return readRow(this.#sql, At, "SELECT min(ended_at_ms) AS at FROM deliveries WHERE ended_at_ms IS NOT NULL")?.at ?? null;
	}

	/** Whether there is no room for one more: LIMITS.deliveriesWaiting wait, or the object is too large and nothing more of it can be forgotten. */
	isFull(): boolean {
		if (this.isTooLarge()) this.#drop("ended_at_ms", Number.MAX_SAFE_INTEGER);
		if (this.isTooLarge()) return true;
		const query = "SELECT count(*) AS at FROM (SELECT 1 FROM deliveries WHERE due_at_ms IS NOT NULL LIMIT ?)";
		return (readRow(this.#sql, At, query, LIMITS.deliveriesWaiting)?.at ?? 0) >= LIMITS.deliveriesWaiting;
	}

	/** Cancels deliveries that wait. @returns whether there are more */
	cancel(nowMs: number): boolean {
		const most = LIMITS.deliveriesSwept;
		const waiting = readRows(this.#sql, Id, "SELECT id FROM deliveries WHERE due_at_ms IS NOT NULL LIMIT ?", most);
		for (const { id } of waiting) {
			this.#sql.exec(
				"UPDATE deliveries SET revision = revision + 1, status = 'cancelled', due_at_ms = NULL, is_under_way = 0, ended_at_ms = ? WHERE id = ?",
				...[nowMs, id],
			);
			this.#mark(id);
		}
		return waiting.length === most;
	}

	/** Deliveries that are over and were made in a time, the oldest first, after one. */
	ended(range: { fromMs: number; toMs: number; all: boolean; after: string | null }, most: number): string[] {
		const query = `SELECT id FROM deliveries
			WHERE created_at_ms BETWEEN max(?1, coalesce((SELECT created_at_ms FROM deliveries WHERE id = ?4), 0)) AND ?2
			AND ended_at_ms IS NOT NULL AND (?3 = 1 OR status <> 'succeeded') AND id > ?4 ORDER BY created_at_ms, id LIMIT ?5`;
		return readRows(this.#sql, Id, query, range.fromMs, range.toMs, range.all ? 1 : 0, range.after ?? "", most).map(({ id }) => id);
	}

	/** Forgets deliveries that ended before a moment, and the oldest of what is too much, once D1 has them: at most LIMITS.deliveriesSwept of each. */
	forget(endedBeforeMs: number): void {
		this.#drop("ended_at_ms", endedBeforeMs);
		const newest = readRow(this.#sql, At, "SELECT max(seq) AS at FROM deliveries")?.at ?? 0;
		this.#drop("seq", newest - LIMITS.deliveriesKept);
		if (this.isTooLarge()) this.#drop("ended_at_ms", Number.MAX_SAFE_INTEGER);
	}

	/** Whether more may be kept than is to be, of what can be forgotten. */
	isOverfull(): boolean {
		const query = "SELECT (SELECT max(seq) FROM deliveries) - (SELECT min(seq) FROM deliveries) AS at";
		const isTooMany = (readRow(this.#sql, At, query)?.at ?? 0) >= LIMITS.deliveriesKept;
		return isTooMany || (this.isTooLarge() && this.earliestEnd() !== null);
	}

	/** Whether the object has LIMITS.endpointObjectBytes. */
	isTooLarge(): boolean {
		return this.#bytes() >= LIMITS.endpointObjectBytes;
	}

	/** Deliveries whose copies D1 does not have. */
	marked(most: number): string[] {
		return readRows(this.#sql, Id, "SELECT id FROM outbox LIMIT ?", most).map(({ id }) => id);
	}

	hasMarks(): boolean {
		return this.#sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length > 0;
	}

	/** Forgets the mark of a delivery that D1 has, unless it has changed since. */
	sent(id: string, revision: number): void {
		this.#sql.exec(
			"DELETE FROM outbox WHERE id = ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = outbox.id AND revision > ?)",
			...[id, revision],
		);
	}

	/** Forgets deliveries that are over and that D1 has, the lowest by a column first, up to a bound. */
	#drop(by: "ended_at_ms" | "seq", bound: number): void {
		this.#sql.exec(
			`DELETE FROM deliveries WHERE seq IN (
				SELECT seq FROM deliveries WHERE ended_at_ms IS NOT NULL AND ${by} <= ? AND id NOT IN (SELECT id FROM outbox) ORDER BY ${by} LIMIT ?
			)`,
			...[bound, LIMITS.deliveriesSwept],
		);
	}

	#mark(id: string): void {
		this.#sql.exec("INSERT OR IGNORE INTO outbox (id) VALUES (?)", id);
	}
}
