import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";
import { jsonColumn, readRows } from "../agents/object/rows.ts";
import { Threshold } from "../budgets/thresholds.ts";

const NoteRow = z.object({ seq: z.int(), at_ms: z.int(), threshold: jsonColumn(Threshold) });

/** A threshold as it is told: `seq` grows, so that whoever reads knows where it stopped. */
export interface ThresholdNote {
	readonly seq: number;
	readonly atMs: number;
	readonly threshold: Threshold;
}

/** The thresholds that a tenant's windows have reached, until somebody has told of them. */
export class ThresholdRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	add(threshold: Threshold, nowMs: number): void {
		this.#sql.exec("INSERT INTO tenant_thresholds (at_ms, threshold) VALUES (?, ?)", nowMs, JSON.stringify(threshold));
		this.#sql.exec("DELETE FROM tenant_thresholds WHERE seq <= (SELECT max(seq) FROM tenant_thresholds) - ?", LIMITS.thresholdNotes);
	}

	after(seq: number): ThresholdNote[] {
		return readRows(this.#sql, NoteRow, "SELECT seq, at_ms, threshold FROM tenant_thresholds WHERE seq > ? ORDER BY seq", seq).map(
			({ seq: at, at_ms, threshold }) => ({ seq: at, atMs: at_ms, threshold }),
		);
	}
}
