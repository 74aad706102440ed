import type { AgentSummary } from "../../contract/agents.ts";
import type { Approval } from "../../contract/approvals.ts";
import type { TenantEvent } from "../../contract/events.ts";
import type { Run } from "../../contract/runs.ts";
import { approvalStatements } from "./archived-approvals.ts";
import { type ArchivedSchedule, scheduleStatements } from "./archived-schedules.ts";
import { eventStatements } from "./tenant-events.ts";

/** A file of a run, and where the store of blobs has its content; null: the agent's object has it. */
export interface StoredFile {
	readonly path: string;
	readonly bytes: number;
	readonly blob: string | null;
}

/** A run's copy. */
export interface ArchivedRun {
	readonly run: Run;
	readonly files: readonly StoredFile[];
	/** What the run cost without its calls, millionths of a US dollar. */
	readonly ownUsdMicros: number;
	/** The run that started it, and the first of the tree; left out or null: nobody's program started it. */
	readonly parent?: { readonly runId: string; readonly rootRunId: string } | null;
	readonly revision: number;
}

/** Copies of an agent's state for D1. Each carries a revision, so that a repeat or a late one changes nothing newer. */
export interface ArchiveBatch {
	readonly tenantId: string;
	readonly agentId: string;
	readonly agent: { summary: AgentSummary; revision: number } | null;
	readonly runs: readonly ArchivedRun[];
	/** `record` is JSON text of a Call. */
	readonly calls: readonly { id: string; run: string; seq: number; record: string; revision: number }[];
	readonly approvals: readonly { approval: Approval; revision: number }[];
	/** Left out: none. */
	readonly events?: readonly TenantEvent[];
	/** Left out: none. */
	readonly schedules?: readonly ArchivedSchedule[];
}

/** One bound value of D1 may have 2 MB; rows are sent as JSON arrays of at most this many characters. */
const CHUNK_CHARS = 500_000;

/** Writes a batch in one transaction. Idempotent: the same batch twice leaves the same rows. */
export const writeArchive = async (db: D1Database, batch: ArchiveBatch): Promise<void> => {
	const rows = [...agentStatement(db, batch), ...runStatements(db, batch), ...callStatements(db, batch), ...approvalStatements(db, batch)];
	const schedules = scheduleStatements(db, batch.tenantId, batch.agentId, batch.schedules ?? []);
	const statements = [...rows, ...schedules, ...logStatements(db, batch), ...eventStatements(db, batch.tenantId, batch.events ?? [])];
	if (statements.length > 0) await db.batch(statements);
};

const agentStatement = (db: D1Database, { tenantId, agent }: ArchiveBatch): D1PreparedStatement[] =>
	agent === null
		? []
		: [
				db
					.prepare(
						"UPDATE agents SET status = ?1, policy_version = ?2, updated_at_ms = ?3 WHERE tenant_id = ?4 AND id = ?5 AND updated_at_ms <= ?3",
					)
					.bind(agent.summary.status, agent.summary.policyVersion, agent.summary.updatedAtMs, tenantId, agent.summary.id),
			];

const runStatements = (db: D1Database, { tenantId, agentId, runs }: ArchiveBatch): D1PreparedStatement[] =>
	runs.map(({ run, files, ownUsdMicros, parent, revision }) => {
		const { result, logs: _logs, files: _files, plan: _plan, ...rest } = run;
		const { pendingApproval: _first, pendingApprovals: _all, unresolvedCalls: _unresolved, ...summary } = rest;
		return db
			.prepare(
				`INSERT INTO runs (id, tenant_id, agent_id, status, created_at_ms, ended_at_ms, summary, result, files, revision,
					own_usd_micros, cpu_ms, wall_ms, parent_run_id, root_run_id, started_by)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET status = excluded.status, ended_at_ms = excluded.ended_at_ms, summary = excluded.summary,
				result = excluded.result, files = excluded.files, revision = excluded.revision, own_usd_micros = excluded.own_usd_micros,
				cpu_ms = excluded.cpu_ms, wall_ms = excluded.wall_ms WHERE excluded.revision > runs.revision`,
			)
			.bind(
				run.id,
				tenantId,
				agentId,
				run.status,
				run.createdAtMs,
				run.endedAtMs,
				JSON.stringify(summary),
				JSON.stringify(result),
				JSON.stringify(files),
				revision,
				ownUsdMicros,
				run.usage.cpuMs,
				run.usage.wallMs,
				parent?.runId ?? null,
				parent?.rootRunId ?? null,
				run.trigger ?? run.schedule,
			);
	});

/** A planned call's cost is what it would have been: nothing was charged for it. */
const charged = (dimension: string): string => `iif(record ->> '$.status' = 'planned', 0, record ->> '$.cost.${dimension}')`;

const callStatements = (db: D1Database, { tenantId, agentId, calls }: ArchiveBatch): D1PreparedStatement[] =>
	inChunks(calls).map((rows) =>
		db
			.prepare(
				`INSERT INTO calls (id, tenant_id, run_id, seq, record, revision, agent_id, started_at_ms, verb, model, charged, tokens, egress_bytes, usd_micros)
				SELECT id, ?1, run_id, seq, record, revision, ?2, record ->> '$.startedAtMs', record ->> '$.verb', record ->> '$.model',
					${charged("calls")}, ${charged("tokens")}, ${charged("egressBytes")}, ${charged("usdMicros")}
				FROM (SELECT value ->> 'id' AS id, value ->> 'run' AS run_id, value ->> 'seq' AS seq, value ->> 'record' AS record,
					value ->> 'revision' AS revision FROM json_each(?3)) WHERE true
				ON CONFLICT (id) DO UPDATE SET record = excluded.record, revision = excluded.revision, model = excluded.model, charged = excluded.charged,
				tokens = excluded.tokens, egress_bytes = excluded.egress_bytes, usd_micros = excluded.usd_micros
				WHERE excluded.revision > calls.revision`,
			)
			.bind(tenantId, agentId, rows),
	);

const logStatements = (db: D1Database, { tenantId, runs }: ArchiveBatch): D1PreparedStatement[] =>
	inChunks(runs.flatMap(({ run }) => (run.endedAtMs === null ? [] : run.logs.map((line) => ({ run: run.id, ...line }))))).map((rows) =>
		db
			.prepare(
				`INSERT INTO log_lines (tenant_id, run_id, seq, at_ms, level, text)
				SELECT ?, value ->> 'run', value ->> 'seq', value ->> 'atMs', value ->> 'level', value ->> 'text' FROM json_each(?) WHERE true
				ON CONFLICT DO NOTHING`,
			)
			.bind(tenantId, rows),
	);

/** JSON arrays of rows, each array within what one bound value may hold. */
const inChunks = (rows: readonly object[]): string[] => {
	const chunks: string[] = [];
	let parts: string[] = [];
	let chars = 0;
	for (const row of rows) {
		const text = JSON.stringify(row);
		if (chars + text.length > CHUNK_CHARS && parts.length > 0) {
			chunks.push(`[${parts.join(",")}]`);
			parts = [];
			chars = 0;
		}
		parts.push(text);
		chars += text.length;
	}
	if (parts.length > 0) chunks.push(`[${parts.join(",")}]`);
	return chunks;
};
