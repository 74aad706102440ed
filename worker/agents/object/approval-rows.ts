import { z } from "zod";
import { Approval } from "../../../contract/approvals.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

/**
 * An approval as it is kept. Its arguments are the call's own in the journal and stand nowhere else, so that what a person is shown and what is executed
 * cannot be two things.
 */
const StoredApproval = Approval.omit({ args: true });
export type StoredApproval = z.infer<typeof StoredApproval>;

const StoredRow = z.object({ record: jsonColumn(StoredApproval) });
const WholeRow = StoredRow.extend({ args: z.string() });
const RunId = z.object({ run_id: z.string() });
const Status = z.object({ status: z.string() });
const Revision = z.object({ revision: z.int() });

/** Approvals that expire in one step of the alarm; it rings again for the others. */
const EXPIRED_AT_ONCE = 500;

/** Who waits, or waited, for a person: the approvals of every run that the object still has. */
export class ApprovalRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** Its call is written in the same step, with the arguments. */
	insert(approval: Approval): void {
		const { args: _args, ...record } = approval;
		this.#sql.exec(
			"INSERT INTO approvals (id, run_id, call_id, status, expires_at_ms, revision, record) VALUES (?, ?, ?, ?, ?, 1, ?)",
			record.id,
			record.run,
			record.call,
			record.status,
			record.expiresAtMs,
			JSON.stringify(record),
		);
	}

	/** What is given in the place of what there is. */
	update(approval: StoredApproval & { readonly args?: string }): void {
		const { args: _args, ...record } = approval;
		this.#sql.exec(
			"UPDATE approvals SET status = ?, revision = revision + 1, record = ? WHERE id = ?",
			record.status,
			JSON.stringify(record),
			record.id,
		);
	}

	get(id: string): Approval | null {
		return this.#whole("approvals.id = ?", id);
	}

	ofCall(callId: string): Approval | null {
		return this.#whole("approvals.call_id = ?", callId);
	}

	/** How the approval of a call stands, without its arguments; null: it has none. */
	statusOf(callId: string): string | null {
		return readRow(this.#sql, Status, "SELECT status FROM approvals WHERE call_id = ?", callId)?.status ?? null;
	}

	/** Which run waits, or waited; null when there is no such approval. */
	runOf(id: string): string | null {
		return readRow(this.#sql, RunId, "SELECT run_id FROM approvals WHERE id = ?", id)?.run_id ?? null;
	}

	#whole(condition: string, value: string): Approval | null {
		const row = readRow(
			this.#sql,
			WholeRow,
			`SELECT approvals.record AS record, call_texts.args AS args FROM approvals JOIN call_texts ON call_texts.call_id = approvals.call_id WHERE ${condition}`,
			value,
		);
		return row === null ? null : { ...row.record, args: row.args };
	}

	/** Those of a run that nobody has decided yet, oldest first; without arguments, which may be large. */
	pendingOf(runId: string): StoredApproval[] {
		return this.#stored("run_id = ? AND status = 'pending' ORDER BY id", runId);
	}

	countPending(runId: string): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM approvals WHERE run_id = ? AND status = 'pending'", runId).one()["count"]);
	}

	/** Whether a person was asked about any call of a run, decided or not. */
	hasAsked(runId: string): boolean {
		return this.#sql.exec("SELECT 1 FROM approvals WHERE run_id = ? LIMIT 1", runId).toArray().length > 0;
	}

	/** Pending ones whose time is over, the longest over first; as many as one step takes. */
	expired(nowMs: number): StoredApproval[] {
		return this.#stored(`status = 'pending' AND expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ${EXPIRED_AT_ONCE}`, nowMs);
	}

	earliestExpiry(): number | null {
		const earliest = this.#sql.exec("SELECT min(expires_at_ms) AS earliest FROM approvals WHERE status = 'pending'").one()["earliest"];
		return typeof earliest === "number" ? earliest : null;
	}

	revision(id: string): number | null {
		return readRow(this.#sql, Revision, "SELECT revision FROM approvals WHERE id = ?", id)?.revision ?? null;
	}

	#stored(condition: string, value: string | number): StoredApproval[] {
		return readRows(this.#sql, StoredRow, `SELECT record FROM approvals WHERE ${condition}`, value).map((row) => row.record);
	}
}
