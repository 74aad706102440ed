import { z } from "zod";
import { type NewEvent, TenantEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { jsonColumn, readRow, readRows } from "./rows.ts";

/** Who keeps in mind which events wait: the outbox. */
interface EventMarks {
	mark(kind: "event", id: string): void;
	clear(kind: "event", id: string): void;
}

const EventRow = z.object({ record: jsonColumn(TenantEvent) });

/**
 * What an object has to tell its tenant, until D1 has it. A row is written in the step of the change that it tells of, so that there is one if and only if
 * the change happened. At most LIMITS.eventsUnsent wait; past it the oldest tenth is given up, and one event says how many those were.
 */
export class EventRows {
	readonly #sql: SqlStorage;
	readonly #marks: EventMarks;

	constructor(sql: SqlStorage, marks: EventMarks) {
		this.#sql = sql;
		this.#marks = marks;
	}

	/** @returns its id */
	add(event: NewEvent, nowMs: number): string {
		if (this.#count() >= LIMITS.eventsUnsent) this.#giveUpOldest(event.agent, nowMs);
		return this.#insert(event, nowMs);
	}

	/** Null when there is no such event (any more). */
	read(id: string): TenantEvent | null {
		return readRow(this.#sql, EventRow, "SELECT record FROM events WHERE id = ?", id)?.record ?? null;
	}

	/** The oldest ones. */
	next(most: number): TenantEvent[] {
		return readRows(this.#sql, EventRow, "SELECT record FROM events ORDER BY id LIMIT ?", most).map(({ record }) => record);
	}

	/** Forgets an event that D1 has, and its mark. */
	drop(id: string): void {
		this.#sql.exec("DELETE FROM events WHERE id = ?", id);
		this.#marks.clear("event", id);
	}

	#insert(event: NewEvent, nowMs: number): string {
		const id = newId("evt", nowMs);
		this.#sql.exec("INSERT INTO events (id, record) VALUES (?, ?)", id, JSON.stringify({ id, atMs: nowMs, ...event }));
		this.#marks.mark("event", id);
		return id;
	}

	/** What earlier ones that gave up said is added up, so that the newest of them says all. */
	#giveUpOldest(agent: string | null, nowMs: number): void {
		const oldest = this.next(LIMITS.eventsUnsent / 10);
		const spans = oldest.map((each) => (each.type === "events.dropped" ? each.data : { count: 1, fromMs: each.atMs, toMs: each.atMs }));
		for (const { id } of oldest) this.drop(id);
		const data = {
			count: spans.reduce((sum, { count }) => sum + count, 0),
			fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)),
			toMs: Math.max(...spans.map(({ toMs }) => toMs)),
		};
		this.#insert({ type: "events.dropped", agent, run: null, data }, nowMs);
	}

	#count(): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM events").one()["count"]);
	}
}
