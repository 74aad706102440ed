import { z } from "zod";
import { Call } from "../../../contract/runs.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

/** What a journal knows of a call besides its record. */
export interface JournalEntry {
	/** Digest of grant, method and canonical arguments. */
	readonly kind: string;
	/** Its place in the program's order, as the isolate said it; 0: it said none. */
	readonly place: number;
	/** The attempt that asked for it last. */
	readonly seen: number;
	/** Its place there: another than `place` where the program has taken another way. */
	readonly asked: number;
	/** How many choices its execution had made when it asked (docs/design/replay.md). */
	readonly choices: number;
	/** May be performed again with its id. */
	readonly idempotent: boolean;
	/** Canonical arguments, whole; null when they could not be read. */
	readonly args: string | null;
	readonly answer: KeptAnswer | null;
}

/** What the isolate got for a call. `text` is JSON of a GateAnswer without its stamp, or the lines of a stream; a long one lies in the store under `key`. */
export interface KeptAnswer {
	readonly text: string | null;
	readonly key: string | null;
	/** When, epoch milliseconds: the program's clock stands there after it. Null: no time passed. */
	readonly atMs: number | null;
}

const RecordShape = z.object({ revision: z.int(), record: jsonColumn(Call) });
const LineShape = RecordShape.extend({
	kind: z.string(),
	place: z.int(),
	seen: z.int(),
	asked: z.int(),
	choices: z.int(),
	idempotent: z.int(),
});
const JournalShape = LineShape.extend({
	args: z.string().nullable(),
	answer: z.string().nullable(),
	answer_key: z.string().nullable(),
	at_ms: z.int().nullable(),
});
const LINE = "revision, record, kind, place, seen, asked, choices, idempotent";
const JOURNAL = `${LINE}, call_texts.args AS args, call_texts.answer AS answer, answer_key, at_ms`;
/** The texts are read where they are needed only: a megabyte each, as many as a run makes calls. */
const WITH_TEXTS = "calls LEFT JOIN call_texts ON call_texts.call_id = calls.id";
const RawCall = z.object({ id: z.string(), run_id: z.string(), seq: z.int(), revision: z.int(), record: z.string() });
export type RawCall = z.infer<typeof RawCall>;
const Tokens = z.object({ tokens: z.int() });
const Revision = z.object({ revision: z.int() });
const Id = z.object({ id: z.string() });

/** A call of the journal without its texts. */
export interface CallLine extends Omit<JournalEntry, "args" | "answer"> {
	readonly record: Call;
}

/** A call of the journal. */
export interface CallRow extends JournalEntry {
	readonly record: Call;
}

const toLine = (row: z.infer<typeof LineShape>): CallLine => ({
	record: row.record,
	kind: row.kind,
	place: row.place,
	seen: row.seen,
	asked: row.asked,
	choices: row.choices,
	idempotent: row.idempotent === 1,
});

const toRow = (row: z.infer<typeof JournalShape>): CallRow => ({
	...toLine(row),
	args: row.args,
	answer: row.answer === null && row.answer_key === null ? null : { text: row.answer, key: row.answer_key, atMs: row.at_ms },
});

const isAnswered = (answer: KeptAnswer | null): number => (answer === null || (answer.text === null && answer.key === null) ? 0 : 1);

/** The journal: every call of every run that the object still has. */
export class CallRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	get(id: string): CallRow | null {
		const row = readRow(this.#sql, JournalShape, `SELECT ${JOURNAL} FROM ${WITH_TEXTS} WHERE id = ?`, id);
		return row === null ? null : toRow(row);
	}

	/** A call without its texts. */
	line(id: string): CallLine | null {
		return this.#line("WHERE id = ?", id);
	}

	insert(record: Call, entry: JournalEntry, change: number): void {
		this.#sql.exec(
			`INSERT INTO calls (id, run_id, seq, status, revision, record, nth, change, kind, place, seen, asked, choices, idempotent, answered, answer_key, at_ms)
			VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			record.id,
			record.run,
			record.seq,
			record.status,
			JSON.stringify(record),
			record.nth,
			change,
			entry.kind,
			entry.place,
			entry.seen,
			entry.asked,
			entry.choices,
			entry.idempotent ? 1 : 0,
			isAnswered(entry.answer),
			entry.answer?.key ?? null,
			entry.answer?.atMs ?? null,
		);
		const text = entry.answer?.text ?? null;
		if (entry.args === null && text === null) return;
		this.#sql.exec("INSERT INTO call_texts (call_id, args, answer) VALUES (?, ?, ?)", record.id, entry.args, text);
	}

	update(record: Call, change: number): void {
		this.#sql.exec(
			"UPDATE calls SET status = ?, revision = revision + 1, record = ?, change = ? WHERE id = ?",
			record.status,
			JSON.stringify(record),
			change,
			record.id,
		);
	}

	putAnswer(id: string, answer: KeptAnswer): void {
		const { text, key, atMs } = answer;
		this.#sql.exec("UPDATE calls SET answered = ?, answer_key = ?, at_ms = ? WHERE id = ?", isAnswered(answer), key, atMs, id);
		const put = "INSERT INTO call_texts (call_id, answer) VALUES (?, ?) ON CONFLICT (call_id) DO UPDATE SET answer = excluded.answer";
		if (text !== null) this.#sql.exec(put, id, text);
	}

	/** Says whether a call may be performed once more with its id. */
	allowRepeat(id: string, isAllowed: boolean): void {
		this.#sql.exec("UPDATE calls SET idempotent = ? WHERE id = ?", isAllowed ? 1 : 0, id);
	}

	/** The recorded call that an attempt asks for: one of the kind that it has not asked for yet, the one of the same place first, else the earliest. */
	asked(runId: string, kind: string, place: number, attempt: number): CallRow | null {
		const row = readRow(
			this.#sql,
			JournalShape,
			`SELECT ${JOURNAL} FROM ${WITH_TEXTS} WHERE id =
			(SELECT id FROM calls WHERE run_id = ? AND kind = ? AND seen < ? ORDER BY place <> ?, nth LIMIT 1)`,
			runId,
			kind,
			attempt,
			place,
		);
		return row === null ? null : toRow(row);
	}

	/** The first recorded call, up to a place, that an attempt has not asked for. */
	firstUnseen(runId: string, attempt: number, upTo: number): CallLine | null {
		return this.#line(
			"INDEXED BY calls_by_seen WHERE run_id = ? AND seen < ? AND place <= ? ORDER BY place, seq LIMIT 1",
			runId,
			attempt,
			upTo,
		);
	}

	/** Whether there is a recorded call that an attempt has not asked for yet. */
	hasUnseen(runId: string, attempt: number): boolean {
		return (
			this.#sql.exec("SELECT 1 FROM calls INDEXED BY calls_by_seen WHERE run_id = ? AND seen < ? LIMIT 1", runId, attempt).toArray()
				.length > 0
		);
	}

	/** The first recorded call after a place that an attempt has not asked for. One before it may be on its way still. */
	unseenAfter(runId: string, attempt: number, place: number): CallLine | null {
		return this.#line(
			"INDEXED BY calls_by_seen WHERE run_id = ? AND seen < ? AND place > ? ORDER BY place, seq LIMIT 1",
			runId,
			attempt,
			place,
		);
	}

	/** An attempt has asked for a recorded call, at a place of its own. */
	/** Whether a run has begun another call since a moment. */
	isAnyBegunSince(runId: string, callId: string, sinceMs: number): boolean {
		return this.ofRun(runId, this.get(callId)?.record.seq ?? 0, Number.MAX_SAFE_INTEGER).some(({ startedAtMs }) => startedAtMs >= sinceMs);
	}

	see(id: string, attempt: number, place: number): void {
		this.#sql.exec("UPDATE calls SET seen = ?, asked = ? WHERE id = ?", attempt, place, id);
	}

	countKind(runId: string, kind: string): number {
		return this.#count("run_id = ? AND kind = ?", runId, kind);
	}

	countInFlight(runId: string): number {
		return this.#count("run_id = ? AND status = 'started'", runId);
	}

	countWaiting(runId: string): number {
		return this.#count("run_id = ? AND status = 'waiting'", runId);
	}

	/** Every call of a run with what the journal knows of it. */
	journal(runId: string): CallRow[] {
		return readRows(this.#sql, JournalShape, `SELECT ${JOURNAL} FROM ${WITH_TEXTS} WHERE run_id = ? ORDER BY seq`, runId).map(toRow);
	}

	/** The same without texts. */
	lines(runId: string): CallLine[] {
		return readRows(this.#sql, LineShape, `SELECT ${LINE} FROM calls WHERE run_id = ? ORDER BY seq`, runId).map(toLine);
	}

	/** Calls of a run in order, those after a place. */
	ofRun(runId: string, afterSeq: number, most: number): Call[] {
		const query = "SELECT revision, record FROM calls WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?";
		return readRows(this.#sql, RecordShape, query, runId, afterSeq, most).map((row) => row.record);
	}

	/** Tokens that are held for a grant's calls under way in a run: few rows, however many calls the run has made. */
	tokensHeld(runId: string, grant: string): number {
		const row = readRow(
			this.#sql,
			Tokens,
			`SELECT coalesce(sum(json_extract(holds.hold, '$.amount.tokens')), 0) AS tokens
			FROM calls JOIN holds ON holds.id = calls.id
			WHERE calls.run_id = ? AND calls.status = 'started' AND json_extract(calls.record, '$.grant') = ?`,
			runId,
			grant,
		);
		return row?.tokens ?? 0;
	}

	/** A call as text, for D1; null when there is none. */
	raw(id: string): RawCall | null {
		return readRow(this.#sql, RawCall, "SELECT id, run_id, seq, revision, record FROM calls WHERE id = ?", id);
	}

	revision(id: string): number | null {
		return readRow(this.#sql, Revision, "SELECT revision FROM calls WHERE id = ?", id)?.revision ?? null;
	}

	/** Calls that have begun and not ended. */
	inFlight(runId: string): CallLine[] {
		return this.#ofStatus(runId, "started");
	}

	/** Calls that wait for a person. */
	waiting(runId: string): CallLine[] {
		return this.#ofStatus(runId, "waiting");
	}

	/** Ids of calls of which nobody can say whether they happened. */
	unknownOf(runId: string): string[] {
		const query = "SELECT id FROM calls WHERE run_id = ? AND status = 'unknown' AND answered = 0 ORDER BY seq";
		return readRows(this.#sql, Id, query, runId).map(({ id }) => id);
	}

	/** @param status in the query's text, so that the index of its calls is found */
	#ofStatus(runId: string, status: "started" | "waiting"): CallLine[] {
		const query = `SELECT ${LINE} FROM calls WHERE run_id = ? AND status = '${status}' ORDER BY seq`;
		return readRows(this.#sql, LineShape, query, runId).map(toLine);
	}

	#line(which: string, ...values: SqlStorageValue[]): CallLine | null {
		const row = readRow(this.#sql, LineShape, `SELECT ${LINE} FROM calls ${which}`, ...values);
		return row === null ? null : toLine(row);
	}

	#count(condition: string, ...values: string[]): number {
		return Number(this.#sql.exec(`SELECT count(*) AS count FROM calls WHERE ${condition}`, ...values).one()["count"]);
	}
}
