import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { readRow, readRows } from "../../db/rows.ts";
import { backOffMs } from "./back-off.ts";

const ChildShape = z.object({
	call_id: z.string(),
	run_id: z.string(),
	grant_name: z.string(),
	child_run_id: z.string(),
	child_agent_id: z.string(),
	status: z.enum(["opening", "running", "ended"]),
	opened_at_ms: z.int(),
	due_at_ms: z.int().nullable(),
	tries: z.int(),
});

/**
 * A run that a call of a run here has started: in an object of its own. `opening`: it is about to be admitted, or was. `ended`: it is known what it has used.
 * `due_at_ms`: when its object is to be told (again) that it must end; null: it need not.
 */
export type ChildRow = z.infer<typeof ChildShape>;

const TellingShape = z.object({ run_id: z.string(), tries: z.int() });
const Earliest = z.object({ at: z.int().nullable() });

/** The ties between runs of this object and those that started them or that they started. Messages that are due stand here until they were taken. */
export class KinRows {
	readonly #sql: SqlStorage;
	/** When the next message is due; undefined: not known. */
	#dueAtMs: number | null | undefined;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	open(child: Pick<ChildRow, "call_id" | "run_id" | "grant_name" | "child_run_id" | "child_agent_id">, nowMs: number): void {
		this.#sql.exec(
			`INSERT INTO children (call_id, run_id, grant_name, child_run_id, child_agent_id, status, opened_at_ms, due_at_ms, tries)
			VALUES (?, ?, ?, ?, ?, 'opening', ?, NULL, 0)`,
			child.call_id,
			child.run_id,
			child.grant_name,
			child.child_run_id,
			child.child_agent_id,
			nowMs,
		);
	}

	child(callId: string): ChildRow | null {
		return readRow(this.#sql, ChildShape, "SELECT * FROM children WHERE call_id = ?", callId);
	}

	/** Whether the call has started a run of which it is not known yet what it used. */
	isOpen(callId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM children WHERE call_id = ? AND status <> 'ended'", callId).toArray().length > 0;
	}

	/** Whether the call has opened a run that is to end, of which it is not known yet what it used. */
	isEnding(callId: string): boolean {
		const query = "SELECT 1 FROM children WHERE call_id = ? AND status <> 'ended' AND due_at_ms IS NOT NULL";
		return this.#sql.exec(query, callId).toArray().length > 0;
	}

	/** Calls whose runs go on, as far as is known. */
	openCalls(): string[] {
		return readRows(this.#sql, ChildShape.pick({ call_id: true }), "SELECT call_id FROM children WHERE status <> 'ended'").map(
			({ call_id }) => call_id,
		);
	}

	isAnyOpen(runId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM children WHERE run_id = ? AND status <> 'ended' LIMIT 1", runId).toArray().length > 0;
	}

	/** How many runs a run has started, how many of them are open, and how many of those through one grant. */
	count(runId: string, grant: string): { all: number; open: number; openOfGrant: number } {
		const row = this.#sql
			.exec(
				`SELECT count(*) AS total, coalesce(sum(status <> 'ended'), 0) AS open, coalesce(sum(status <> 'ended' AND grant_name = ?), 0) AS granted
				FROM children WHERE run_id = ?`,
				grant,
				runId,
			)
			.one();
		return { all: Number(row["total"]), open: Number(row["open"]), openOfGrant: Number(row["granted"]) };
	}

	admitted(callId: string): void {
		this.#sql.exec("UPDATE children SET status = 'running' WHERE call_id = ? AND status = 'opening'", callId);
	}

	/** Somebody else is about to have the run admitted as well. */
	openAgain(callId: string): void {
		this.#sql.exec("UPDATE children SET tries = tries + 1 WHERE call_id = ? AND status = 'opening'", callId);
	}

	/**
	 * No run was admitted for the call: it counts as none. One that was admitted stays, and so does one that is to end, or that somebody else may have had
	 * admitted: what became of it is asked of its own object.
	 */
	drop(callId: string): void {
		this.#sql.exec("DELETE FROM children WHERE call_id = ? AND status = 'opening' AND due_at_ms IS NULL AND tries = 0", callId);
		this.#dueAtMs = undefined;
	}

	end(callId: string): void {
		this.#sql.exec("UPDATE children SET status = 'ended', due_at_ms = NULL WHERE call_id = ?", callId);
		this.#dueAtMs = undefined;
	}

	/** The runs that a run has started, or one call of it, are to end. */
	wantEnd(of: { readonly runId: string } | { readonly callId: string }, nowMs: number): void {
		const [column, id] = "runId" in of ? (["run_id", of.runId] as const) : (["call_id", of.callId] as const);
		this.#sql.exec(`UPDATE children SET due_at_ms = ? WHERE ${column} = ? AND status <> 'ended' AND due_at_ms IS NULL`, nowMs, id);
		this.#dueAtMs = undefined;
	}

	/** The end of a run is to be told to the one that started it. */
	wantTelling(runId: string, nowMs: number): void {
		this.#sql.exec("INSERT OR IGNORE INTO tellings (run_id, due_at_ms, tries) VALUES (?, ?, 0)", runId, nowMs);
		this.#dueAtMs = undefined;
	}

	told(runId: string): void {
		this.#sql.exec("DELETE FROM tellings WHERE run_id = ?", runId);
		this.#dueAtMs = undefined;
	}

	/** Messages that are due; each is due again later, unless it is known by then that it was taken. A telling that nobody takes is given up: what was lent is charged by then. */
	take(nowMs: number): { endings: ChildRow[]; tellings: string[] } {
		this.#sql.exec("DELETE FROM tellings WHERE tries >= ?", LIMITS.kinTries);
		const endings = readRows(this.#sql, ChildShape, "SELECT * FROM children WHERE due_at_ms <= ? LIMIT ?", nowMs, LIMITS.kinAtOnce);
		const tellings = readRows(
			this.#sql,
			TellingShape,
			"SELECT run_id, tries FROM tellings WHERE due_at_ms <= ? LIMIT ?",
			nowMs,
			LIMITS.kinAtOnce,
		);
		const againMs = (tries: number): number => nowMs + backOffMs(LIMITS.kinRetryMs, tries);
		for (const { call_id, tries } of endings)
			this.#sql.exec("UPDATE children SET due_at_ms = ?, tries = tries + 1 WHERE call_id = ?", againMs(tries), call_id);
		for (const { run_id, tries } of tellings)
			this.#sql.exec("UPDATE tellings SET due_at_ms = ?, tries = tries + 1 WHERE run_id = ?", againMs(tries), run_id);
		this.#dueAtMs = undefined;
		return { endings, tellings: tellings.map(({ run_id }) => run_id) };
	}

	/** When the next message is due, epoch milliseconds; null: none is. */
	dueAtMs(): number | null {
		if (this.#dueAtMs !== undefined) return this.#dueAtMs;
		const row = readRow(
			this.#sql,
			Earliest,
			`SELECT min(at) AS at FROM
			(SELECT min(due_at_ms) AS at FROM children WHERE due_at_ms IS NOT NULL UNION ALL SELECT min(due_at_ms) FROM tellings)`,
		);
		this.#dueAtMs = row?.at ?? null;
		return this.#dueAtMs;
	}

	/** A run that must not be admitted any more: whoever asked for it is over. */
	cancelAhead(runId: string, nowMs: number): void {
		this.#sql.exec("DELETE FROM cancelled_ahead WHERE at_ms < ?", nowMs - LIMITS.cancelledAheadMs);
		this.#sql.exec("INSERT OR IGNORE INTO cancelled_ahead (run_id, at_ms) VALUES (?, ?)", runId, nowMs);
	}

	isCancelledAhead(runId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM cancelled_ahead WHERE run_id = ?", runId).toArray().length > 0;
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#dueAtMs = undefined;
	}
}
