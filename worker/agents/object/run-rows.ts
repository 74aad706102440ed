import { z } from "zod";
import { Metadata, ParsedJson } from "../../../contract/common.ts";
import { type Run, RunError, type RunFile, RunLog, RunStatus, Usage } from "../../../contract/runs.ts";
import { jsonColumn, readRow, readRows } from "./rows.ts";

/** What a run is made of besides its status, kept as one JSON text. */
export const RunState = z.strictObject({
	grants: z.array(z.string()),
	/** Labels that stick to the run: those it started with and those of the grants it has used. */
	labels: z.array(z.string()),
	limits: z.strictObject({ wallMs: z.int(), cpuMs: z.int(), memoryMb: z.int(), calls: z.int() }),
	policyVersion: z.int(),
	programDigest: z.string(),
	metadata: Metadata,
	startedAtMs: z.int().nullable(),
	error: RunError.nullable(),
	usage: Usage,
	logsTruncated: z.boolean(),
	/** Calls begun or denied so far: the next call's place. */
	callCount: z.int(),
	/** Calls begun so far through each grant. */
	callsByGrant: z.record(z.string(), z.int()),
	/** Tokens that ended calls have used so far through each grant. */
	tokensByGrant: z.record(z.string(), z.int()).default({}),
});
export type RunState = z.infer<typeof RunState>;

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

/** Ended runs kept in memory, until they have gone to D1 and been read by who waited for them. */
const ENDED_IN_MEMORY = 64;

/** The runs of the object: storage is the truth; live ones and the last that ended are also kept in memory. */
export class RunRows {
	readonly #sql: SqlStorage;
	readonly #live = new Map<string, RunRow>();
	readonly #ended = new Map<string, RunRow>();

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	get(id: string): RunRow | null {
		return this.#live.get(id) ?? this.#ended.get(id) ?? readRow(this.#sql, RunRowShape, "SELECT * FROM runs WHERE id = ?", id);
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
		const known = this.#live.get(id) ?? this.#ended.get(id);
		if (known !== undefined) this.#remember({ ...known, archived_revision: Math.max(known.archived_revision, revision) });
	}

	live(): RunRow[] {
		return readRows(this.#sql, RunRowShape, "SELECT * FROM runs WHERE ended_at_ms IS NULL");
	}

	countLive(): number {
		return Number(this.#sql.exec("SELECT count(*) AS count FROM runs WHERE ended_at_ms IS NULL").one()["count"]);
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
			`SELECT id FROM runs WHERE ended_at_ms IS NOT NULL AND ended_at_ms < ? AND settled = 1 AND archived_revision = revision
			AND NOT EXISTS (SELECT 1 FROM holds WHERE holds.run_id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.kind = 'contents' AND outbox.id = runs.id)
			AND NOT EXISTS (SELECT 1 FROM calls JOIN outbox ON outbox.kind = 'call' AND outbox.id = calls.id WHERE calls.run_id = runs.id) LIMIT ?`,
			endedBeforeMs,
			most,
		);
		for (const { id } of gone) {
			this.#sql.exec("DELETE FROM runs WHERE id = ?", id);
			this.#sql.exec("DELETE FROM calls WHERE run_id = ?", id);
			this.#sql.exec("DELETE FROM files WHERE run_id = ?", id);
			this.#ended.delete(id);
		}
	}

	forget(): void {
		this.#live.clear();
		this.#ended.clear();
	}

	#remember(row: RunRow): void {
		if (isLive(row)) {
			this.#live.set(row.id, row);
			return;
		}
		this.#live.delete(row.id);
		this.#ended.delete(row.id);
		this.#ended.set(row.id, row);
		const [oldest] = this.#ended.keys();
		if (this.#ended.size > ENDED_IN_MEMORY && oldest !== undefined) this.#ended.delete(oldest);
	}
}

/** The run as the API shows it. */
export const describeRun = (agentId: string, row: RunRow, files: RunFile[]): Run => ({
	id: row.id,
	agent: agentId,
	status: row.status,
	result: row.result,
	error: row.state.error,
	usage: row.state.usage,
	logs: row.logs,
	logsTruncated: row.state.logsTruncated,
	files,
	grants: row.state.grants,
	labels: row.state.labels,
	programDigest: row.state.programDigest,
	policyVersion: row.state.policyVersion,
	attempt: row.attempt,
	createdAtMs: row.created_at_ms,
	startedAtMs: row.state.startedAtMs,
	endedAtMs: row.ended_at_ms,
	pendingApproval: null,
	metadata: row.state.metadata,
});
