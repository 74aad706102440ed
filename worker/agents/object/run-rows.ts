import { z } from "zod";
import { ParsedJson } from "../../../contract/common.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { RunLog, RunStatus } from "../../../contract/runs.ts";
import { givenOf } from "./file-rows.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";
import { RunState } from "./run-state.ts";

const RunRowShape = z.strictObject({
	id: z.string(),
	status: RunStatus,
	attempt: z.int(),
	claimed: z.int(),
	revision: z.int(),
	settled: z.int(),
	archived_revision: z.int(),
	lease_expires_at_ms: z.int().nullable(),
	created_at_ms: z.int(),
	ended_at_ms: z.int().nullable(),
	state: jsonColumn(RunState),
	result: jsonColumn(ParsedJson),
	logs: jsonColumn(z.array(RunLog)),
});

/** One run as the object has it. `settled`: its hold is given back. `claimed`: somebody executes this attempt. */
export type RunRow = z.infer<typeof RunRowShape>;

export const isLive = (row: RunRow): boolean => row.ended_at_ms === null;
/** Waits for a person, with nothing executing it. */
export const isParked = (row: RunRow): boolean => isLive(row) && row.status === "waiting_approval" && row.claimed === 0;

/** Was woken, or admitted into the line, and waits until others have been executed (line-up.ts). */
const isInLine = (row: RunRow): boolean => isLive(row) && row.status === "queued" && row.claimed === 0 && row.lease_expires_at_ms === null;

/** Runs kept in memory that nothing happens to just now: those in line until they are called up, ended ones until they have gone to D1 and been read by who waited for them. */
const RESTING_IN_MEMORY = 64;

const IN_LINE = "ended_at_ms IS NULL AND status = 'queued' AND claimed = 0 AND lease_expires_at_ms IS NULL";

/** The runs of the object: storage is the truth; live ones that are not parked, and the last that came into the line or ended, are also kept in memory. */
export class RunRows {
	readonly #sql: SqlStorage;
	readonly #live = new Map<string, RunRow>();
	readonly #resting = new Map<string, RunRow>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	get(id: string): RunRow | null {
		return this.#live.get(id) ?? this.#resting.get(id) ?? readRow(this.#sql, RunRowShape, "SELECT * FROM runs WHERE id = ?", id);
	}

	insert(row: RunRow): void {
		this.#sql.exec(
			`INSERT INTO runs (id, status, attempt, claimed, revision, settled, archived_revision, lease_expires_at_ms, created_at_ms, ended_at_ms, state, result, logs)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			row.id,
			row.status,
			row.attempt,
			row.claimed,
			row.revision,
			row.settled,
			row.archived_revision,
			row.lease_expires_at_ms,
			row.created_at_ms,
			row.ended_at_ms,
			JSON.stringify(row.state),
			JSON.stringify(row.result),
			JSON.stringify(row.logs),
		);
		this.#remember(row);
	}

	/** Writes everything but result and logs, and one revision up. */
	update(row: RunRow): RunRow {
		const next = { ...row, revision: row.revision + 1 };
		this.#write(next);
		return next;
	}

	/** The number of a run's next change of calls, for those who follow it. */
	nextChange(id: string): number {
		const row = this.get(id);
		if (row === null) return 0;
		const changes = row.state.changes + 1;
		this.update({ ...row, state: { ...row.state, changes } });
		return changes;
	}

	/** The same with what the program left behind. */
	updateWithOutcome(row: RunRow): RunRow {
		const next = this.update(row);
		this.#sql.exec("UPDATE runs SET result = ?, logs = ? WHERE id = ?", JSON.stringify(next.result), JSON.stringify(next.logs), next.id);
		return next;
	}

	#write(next: RunRow): void {
		this.#sql.exec(
			`UPDATE runs SET status = ?, attempt = ?, claimed = ?, revision = ?, settled = ?, lease_expires_at_ms = ?, ended_at_ms = ?, state = ? WHERE id = ?`,
			next.status,
			next.attempt,
			next.claimed,
			next.revision,
			next.settled,
			next.lease_expires_at_ms,
			next.ended_at_ms,
			JSON.stringify(next.state),
			next.id,
		);
		this.#remember(next);
	}

	/** Renews a lease without a new revision: nothing that anybody sees has changed. */
	renewLease(row: RunRow, leaseExpiresAtMs: number): void {
		this.#sql.exec("UPDATE runs SET lease_expires_at_ms = ? WHERE id = ?", leaseExpiresAtMs, row.id);
		this.#remember({ ...row, lease_expires_at_ms: leaseExpiresAtMs });
	}

	/** Notes which revision D1 has. */
	markArchived(id: string, revision: number): void {
		this.#sql.exec("UPDATE runs SET archived_revision = max(archived_revision, ?) WHERE id = ?", revision, id);
		const known = this.#live.get(id) ?? this.#resting.get(id);
		if (known !== undefined) this.#remember({ ...known, archived_revision: Math.max(known.archived_revision, revision) });
	}

	/** Versions of the policy that runs were admitted under which may still be executed, or recorded. */
	policyVersions(): number[] {
		return readRows(
			this.#sql,
			z.object({ version: z.int() }),
			"SELECT DISTINCT json_extract(runs.state, '$.policyVersion') AS version FROM runs JOIN work ON work.run_id = runs.id",
		).map(({ version }) => version);
	}

	/** Newest runs, each with the grants that its calls have used. */
	grantsUsed(): { run: string; grants: string[] }[] {
		const Used = z.object({ id: z.string(), used: jsonColumn(z.record(z.string(), z.int())) });
		const rows = readRows(
			this.#sql,
			Used,
			"SELECT id, state ->> '$.callsByGrant' AS used FROM runs WHERE state ->> '$.mode' IS NOT 'replay' ORDER BY id DESC LIMIT ?",
			LIMITS.lintRuns,
		);
		return rows.map(({ id, used }) => ({ run: id, grants: Object.keys(used) }));
	}

	/** Versions of the prices that runs were admitted under. */
	pricesVersions(): number[] {
		return readRows(
			this.#sql,
			z.object({ version: z.int() }),
			"SELECT DISTINCT coalesce(json_extract(state, '$.pricesVersion'), 0) AS version FROM runs",
		).map(({ version }) => version);
	}

	live(): RunRow[] {
		return readRows(this.#sql, RunRowShape, "SELECT * FROM runs WHERE ended_at_ms IS NULL");
	}

	/** Runs that are queued or running; a replay counts as well. */
	countLive(): number {
		return (
			this.#count("ended_at_ms IS NULL AND status = 'queued' AND claimed IN (0, 1) AND lease_expires_at_ms IS NOT NULL") +
			this.#count("ended_at_ms IS NULL AND status = 'running'") +
			this.#count("ended_at_ms IS NULL AND status = 'waiting_approval' AND claimed = 1")
		);
	}

	/** Runs that wait for a person without an isolate, and those of them that were woken and stand in line. */
	countParked(): number {
		return this.#count("ended_at_ms IS NULL AND status = 'waiting_approval' AND claimed = 0") + this.#count(`${IN_LINE} AND attempt > 0`);
	}

	isAnyInLine(): boolean {
		return this.#sql.exec(`SELECT 1 FROM runs WHERE ${IN_LINE} LIMIT 1`).toArray().length > 0;
	}

	countInLine(): number {
		return this.#count(IN_LINE);
	}

	/** Runs that wait until others have been executed, oldest first. */
	inLine(most: number): RunRow[] {
		return readRows(this.#sql, RunRowShape, `SELECT * FROM runs WHERE ${IN_LINE} ORDER BY id LIMIT ?`, most);
	}

	#count(condition: string): number {
		return Number(this.#sql.exec(`SELECT count(*) AS count FROM runs WHERE ${condition}`).one()["count"]);
	}

	/** Runs whose lease is over: ended ones wait for their last settlement, live ones for somebody to take them up. */
	leaseOver(nowMs: number): RunRow[] {
		return readRows(this.#sql, RunRowShape, "SELECT * FROM runs WHERE lease_expires_at_ms IS NOT NULL AND lease_expires_at_ms <= ?", nowMs);
	}

	earliestLease(): number | null {
		const earliest = this.#sql.exec("SELECT min(lease_expires_at_ms) AS earliest FROM runs WHERE lease_expires_at_ms IS NOT NULL").one()[
			"earliest"
		];
		return typeof earliest === "number" ? earliest : null;
	}

	/** Forgets ended runs that D1 has whole, with their calls; at most `most` of them. */
	prune(endedBeforeMs: number, most: number): void {
		const gone = readRows(
			this.#sql,
			z.object({ id: z.string() }),
			`SELECT id FROM runs WHERE ended_at_ms IS NOT NULL AND ended_at_ms < ? AND settled = 1
			AND (archived_revision = revision OR state ->> '$.mode' = 'replay')
			AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.run_id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM tellings WHERE tellings.run_id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM children WHERE children.run_id = runs.id AND children.status <> 'ended')
			AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.kind IN ('contents', 'journal') AND outbox.id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM approvals JOIN outbox ON outbox.kind = 'approval' AND outbox.id = approvals.id WHERE approvals.run_id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM calls JOIN outbox ON outbox.kind = 'call' AND outbox.id = calls.id WHERE calls.run_id = runs.id) LIMIT ?`,
			endedBeforeMs,
			most,
		);
		for (const { id } of gone) {
			this.drop(id);
		}
	}

	/** Forgets a run with all that hangs on it. */
	drop(id: string): void {
		this.#sql.exec("DELETE FROM runs WHERE id = ?", id);
		this.#sql.exec("DELETE FROM call_texts WHERE call_id IN (SELECT id FROM calls WHERE run_id = ?)", id);
		for (const table of ["calls", "files", "file_chunks", "approvals", "live_logs", "work", "timelines", "awaited", "children"]) {
			this.#sql.exec(`DELETE FROM ${table} WHERE run_id = ?`, id);
		}
		for (const table of ["files", "file_chunks"]) this.#sql.exec(`DELETE FROM ${table} WHERE run_id = ?`, givenOf(id));
		this.#live.delete(id);
		this.#resting.delete(id);
	}

	forget(): void {
		this.#live.clear();
		this.#resting.clear();
	}

	#remember(row: RunRow): void {
		this.#live.delete(row.id);
		this.#resting.delete(row.id);
		if (isParked(row)) return;
		const runs = isLive(row) && !isInLine(row) ? this.#live : this.#resting;
		runs.set(row.id, row);
		const [oldest] = this.#resting.keys();
		if (this.#resting.size > RESTING_IN_MEMORY && oldest !== undefined) this.#resting.delete(oldest);
	}
}
