import { z } from "zod";
import { Call } from "../../../contract/runs.ts";
import { jsonColumn, readRow, readRows } from "./rows.ts";

const CallRowShape = z.object({ revision: z.int(), record: jsonColumn(Call) });
const RawCall = z.object({ id: z.string(), run_id: z.string(), seq: z.int(), revision: z.int(), record: z.string() });
export type RawCall = z.infer<typeof RawCall>;
const Tokens = z.object({ tokens: z.int() });
const Revision = z.object({ revision: z.int() });
export type CallRow = z.infer<typeof CallRowShape>;

/** The journal: every call of every run that the object still has. */
export class CallRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	get(id: string): CallRow | null {
		return readRow(this.#sql, CallRowShape, "SELECT revision, record FROM calls WHERE id = ?", id);
	}

	insert(record: Call): void {
		this.#sql.exec(
			"INSERT INTO calls (id, run_id, seq, status, revision, record) VALUES (?, ?, ?, ?, 1, ?)",
			record.id,
			record.run,
			record.seq,
			record.status,
			JSON.stringify(record),
		);
	}

	update(record: Call): void {
		this.#sql.exec(
			"UPDATE calls SET status = ?, revision = revision + 1, record = ? WHERE id = ?",
			record.status,
			JSON.stringify(record),
			record.id,
		);
	}

	/** Calls of a run in order, those after a place. */
	ofRun(runId: string, afterSeq: number, most: number): Call[] {
		return readRows(
			this.#sql,
			CallRowShape,
			"SELECT revision, record FROM calls WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
			runId,
			afterSeq,
			most,
		).map((row) => row.record);
	}

	countInFlight(runId: string): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM calls WHERE run_id = ? AND status = 'started'", runId).one()["count"]);
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
	inFlight(runId: string): Call[] {
		return readRows(
			this.#sql,
			CallRowShape,
			"SELECT revision, record FROM calls WHERE run_id = ? AND status = 'started' ORDER BY seq",
			runId,
		).map((row) => row.record);
	}
}
