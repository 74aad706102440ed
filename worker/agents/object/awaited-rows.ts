import { z } from "zod";
import { readRows } from "../../db/rows.ts";

const Row = z.object({ call_id: z.string() });

/**
 * Calls whose asker was told to wait, and has not been told more since: it asks again, or dies. In storage, since who asks outlives the object's memory: a run
 * that was parked before its program has heard of something would sleep on it.
 */
export class AwaitedRows {
	readonly #sql: SqlStorage;
	readonly #known = new Map<string, Set<string>>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	of(runId: string): ReadonlySet<string> {
		return this.#of(runId);
	}

	add(runId: string, callId: string): void {
		const known = this.#of(runId);
		if (known.has(callId)) return;
		this.#sql.exec("INSERT INTO awaited (run_id, call_id) VALUES (?, ?)", runId, callId);
		known.add(callId);
	}

	remove(runId: string, callId: string): void {
		if (!this.#of(runId).delete(callId)) return;
		this.#sql.exec("DELETE FROM awaited WHERE run_id = ? AND call_id = ?", runId, callId);
	}

	/** Nobody of the run asks any more. */
	drop(runId: string): void {
		if (this.#of(runId).size > 0) this.#sql.exec("DELETE FROM awaited WHERE run_id = ?", runId);
		this.#known.delete(runId);
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#known.clear();
	}

	#of(runId: string): Set<string> {
		const known = this.#known.get(runId);
		if (known !== undefined) return known;
		const rows = readRows(this.#sql, Row, "SELECT call_id FROM awaited WHERE run_id = ?", runId);
		const read = new Set(rows.map(({ call_id }) => call_id));
		this.#known.set(runId, read);
		return read;
	}
}
