import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { RunLog } from "../../../contract/runs.ts";
import type { ObjectState } from "./object-state.ts";
import { jsonColumn, readRows } from "../../db/rows.ts";
import { isLive } from "./run-rows.ts";

const LineRow = z.object({ line: jsonColumn(RunLog) });

/** Console lines of runs that go on, until the run's record has them: bounded and numbered by whoever executes the run (runs/bound-lines). */
export class LiveLogs {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** A run's lines after a place, in order. */
	of(runId: string, afterSeq = 0): RunLog[] {
		return readRows(this.#sql, LineRow, "SELECT line FROM live_logs WHERE run_id = ? AND seq > ? ORDER BY seq", runId, afterSeq).map(
			({ line }) => line,
		);
	}

	/** Keeps the lines whose number is not known yet: a program that is executed again prints its lines again. */
	append(runId: string, lines: readonly RunLog[]): void {
		for (const line of lines) {
			if (line.seq < 1 || line.seq > LIMITS.logLines) continue;
			this.#sql.exec("INSERT OR IGNORE INTO live_logs (run_id, seq, line) VALUES (?, ?, ?)", runId, line.seq, JSON.stringify(line));
		}
	}

	forget(runId: string): void {
		this.#sql.exec("DELETE FROM live_logs WHERE run_id = ?", runId);
	}
}

/** Takes lines of the attempt that executes a run; those of an ended run, or of an attempt that is another's by now, come too late. */
export const appendLogs = (state: ObjectState, runId: string, attempt: number, lines: readonly RunLog[]): void => {
	const row = state.runs.get(runId);
	if (row === null || !isLive(row) || row.attempt !== attempt || row.claimed !== 1) return;
	state.liveLogs.append(runId, lines);
};
