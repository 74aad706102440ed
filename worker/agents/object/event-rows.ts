import { z } from "zod";
import { type NewEvent, TenantEvent, type ToldEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { jsonColumn, readRows } from "../../db/rows.ts";

/** Whom an event goes to: D1, from where its tenant reads it, and the tenant's endpoints. */
const EVENT_WAYS = ["event", "telling"] as const;
/** With an endpoint's id: to that one alone, which wants it and has not taken it yet. */
type EventWay = (typeof EVENT_WAYS)[number] | `telling ${string}`;

/** Who keeps in mind which events wait, and for which way: the outbox. */
interface EventMarks {
	mark(kind: EventWay, id: string): void;
	clear(kind: EventWay, id: string): void;
	has(kind: EventWay, id: string): boolean;
	/** The ways to single endpoints for which any event waits. */
	tellingsOfOne(): readonly EventWay[];
}

/** What goes with an event to endpoints, and whether it must never be given up. */
export interface EventExtras {
	/** Encoded result of the run. */
	readonly result?: string | null;
	readonly hops?: number;
	/** It tells of something whose number is bounded otherwise: of a run. */
	readonly kept?: boolean;
}

const Row = z.object({ id: z.string() });
const ToldRow = z.object({ record: jsonColumn(TenantEvent), result: z.string().nullable(), hops: z.int() });

/**
 * What an object has to tell its tenant, until D1 has it and the endpoints were told. A row is written in the step of the change that it tells of, so that there is
 * one if and only if the change happened. Of those that are not `kept` at most LIMITS.eventsUnsent wait; past it the oldest tenth is given up, and one event says how many those were.
 * One that D1 has and that is owed to single endpoints alone is `kept`: LIMITS.eventsOwed bounds those.
 * One that cannot be read is given up: it would hold up all that come after it.
 */
export class EventRows {
	readonly #sql: SqlStorage;
	readonly #marks: EventMarks;

	constructor(sql: SqlStorage, marks: EventMarks) {
		this.#sql = sql;
		this.#marks = marks;
	}

	/** @returns its id */
	add(event: NewEvent, nowMs: number, extras: EventExtras = {}): string {
		if (extras.kept !== true && this.#count() >= LIMITS.eventsUnsent) this.#giveUpOldest(event.agent, nowMs);
		return this.#insert(event, nowMs, extras);
	}

	/** Null when there is no such event (any more), or none that can be read. */
	read(id: string): TenantEvent | null {
		return this.told(id)?.event ?? null;
	}

	/** An event as endpoints are told of it; null when there is none (any more), or none that can be read. */
	told(id: string): ToldEvent | null {
		const [row] = this.#sql.exec("SELECT record, result, hops FROM events WHERE id = ?", id).toArray();
		const parsed = ToldRow.safeParse(row);
		if (parsed.success) return { event: parsed.data.record, result: parsed.data.result, hops: parsed.data.hops };
		if (row !== undefined) console.error("Telling of an event: it cannot be read, and is given up.");
		return null;
	}

	/** The oldest ones; none when there are none left. */
	next(most: number): ToldEvent[] {
		for (;;) {
			const ids = this.#oldest("SELECT id FROM events ORDER BY id LIMIT ?", most);
			const told = ids.map((id) => this.told(id) ?? id);
			for (const each of told) if (typeof each === "string") this.drop(each);
			const read = told.filter((each) => typeof each !== "string");
			if (read.length > 0 || ids.length === 0) return read;
		}
	}

	/** Events have gone one way; those that have gone all of theirs are forgotten. */
	sent(ids: readonly string[], way: EventWay): void {
		for (const id of ids) this.#marks.clear(way, id);
		const owing = this.#marks.tellingsOfOne();
		for (const id of ids) {
			if (EVENT_WAYS.some((other) => this.#marks.has(other, id))) continue;
			const isOwed = owing.some((other) => this.#marks.has(other, id));
			this.#sql.exec(isOwed ? "UPDATE events SET kept = 1 WHERE id = ? AND kept = 0" : "DELETE FROM events WHERE id = ?", id);
		}
	}

	/** Forgets an event, whichever way it was still to go. */
	drop(id: string): void {
		this.#sql.exec("DELETE FROM events WHERE id = ?", id);
		for (const way of EVENT_WAYS) this.#marks.clear(way, id);
	}

	#insert(event: NewEvent, nowMs: number, { result = null, hops = 0, kept = false }: EventExtras = {}): string {
		const id = newId("evt", nowMs);
		this.#sql.exec(
			"INSERT INTO events (id, record, kept, result, hops) VALUES (?, ?, ?, ?, ?)",
			id,
			JSON.stringify({ id, atMs: nowMs, ...event }),
			kept ? 1 : 0,
			result,
			hops,
		);
		for (const way of EVENT_WAYS) this.#marks.mark(way, id);
		return id;
	}

	/** What earlier ones that gave up said is added up, so that the newest of them says all. */
	#giveUpOldest(agent: string | null, nowMs: number): void {
		const oldest = this.#oldest("SELECT id FROM events WHERE kept = 0 ORDER BY id LIMIT ?", LIMITS.eventsUnsent / 10);
		const spans = oldest.map((id) => {
			const event = this.read(id);
			if (event === null) return { count: 1, fromMs: nowMs, toMs: nowMs };
			return event.type === "events.dropped" ? event.data : { count: 1, fromMs: event.atMs, toMs: event.atMs };
		});
		for (const id of oldest) this.drop(id);
		const data = {
			count: spans.reduce((sum, { count }) => sum + count, 0),
			fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)),
			toMs: Math.max(...spans.map(({ toMs }) => toMs)),
		};
		this.#insert({ type: "events.dropped", agent, run: null, data }, nowMs);
	}

	#oldest(query: string, most: number): string[] {
		return readRows(this.#sql, Row, query, most).map(({ id }) => id);
	}

	#count(): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM events WHERE kept = 0").one()["count"]);
	}
}
