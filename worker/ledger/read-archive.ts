import { z } from "zod";
import { ParsedJson } from "../../contract/common.ts";
import { Call, type Run, RunFile, RunLog, RunSummary } from "../../contract/runs.ts";
import { jsonColumn } from "../db/rows.ts";
import { listNewest } from "../db/list-newest.ts";

const ArchivedFile = RunFile.extend({ blob: z.string().nullable().default(null) });
const FilesRow = z.object({ files: jsonColumn(z.array(ArchivedFile)) });
const RunRow = z.object({ summary: jsonColumn(RunSummary), result: jsonColumn(ParsedJson), files: jsonColumn(z.array(ArchivedFile)) });
const SummaryRow = z.object({ summary: jsonColumn(RunSummary) });
const CallRow = z.object({ record: jsonColumn(Call) });

/** A run as archived, whole; null when the tenant has none of that id in D1 yet. */
export const readArchivedRun = async (db: D1Database, tenantId: string, runId: string): Promise<Run | null> => {
	const [runs, lines] = await db.batch([
		db.prepare("SELECT summary, result, files FROM runs WHERE tenant_id = ? AND id = ?").bind(tenantId, runId),
		db
			.prepare("SELECT seq, at_ms AS atMs, level, text FROM log_lines WHERE tenant_id = ? AND run_id = ? ORDER BY seq")
			.bind(tenantId, runId),
	]);
	const found = runs?.results[0];
	if (found === undefined) return null;
	const row = RunRow.parse(found);
	return {
		...row.summary,
		result: row.result,
		logs: z.array(RunLog).parse(lines?.results),
		files: row.files.map(({ path, bytes }) => ({ path, bytes })),
		pendingApproval: null,
		pendingApprovals: [],
		unresolvedCalls: [],
		plan: null,
	};
};

/** Where the store has a file of an archived run; null when there is no such file, or the archive does not say. */
export const archivedBlob = async (db: D1Database, tenantId: string, runId: string, path: string): Promise<string | null> => {
	const found = await db.prepare("SELECT files FROM runs WHERE tenant_id = ? AND id = ?").bind(tenantId, runId).first();
	return found === null ? null : (FilesRow.parse(found).files.find((file) => file.path === path)?.blob ?? null);
};

/** Which runs of a tenant: null or left out, whatever it is. */
export interface RunsFilter {
	readonly agentId: string | null;
	readonly status: string | null;
	readonly parentRunId?: string | null;
	/** The trigger that started them, or the schedule. */
	readonly trigger?: string | null;
	readonly schedule?: string | null;
	readonly before: string | null;
	readonly most: number;
}

/** Runs of a tenant, newest first, those before a run's id. */
export const listArchivedRuns = async (db: D1Database, tenantId: string, filter: RunsFilter): Promise<RunSummary[]> => {
	const { before, most } = filter;
	const where = [
		["agent_id = ?", filter.agentId],
		["status = ?", filter.status],
		["parent_run_id = ?", filter.parentRunId ?? null],
		["started_by = ?", filter.trigger ?? null],
		["started_by = ?", filter.schedule ?? null],
	] as const;
	const rows = await listNewest(db, tenantId, { shape: SummaryRow, columns: "summary", table: "runs", where, before, most });
	return rows.map(({ summary }) => summary);
};

/** Calls of a run in order, those after a place. */
export const listArchivedCalls = async (
	db: D1Database,
	tenantId: string,
	runId: string,
	afterSeq: number,
	most: number,
): Promise<Call[]> => {
	const { results } = await db
		.prepare("SELECT record FROM calls WHERE tenant_id = ? AND run_id = ? AND seq > ? ORDER BY seq LIMIT ?")
		.bind(tenantId, runId, afterSeq, most)
		.all();
	return results.map((row) => CallRow.parse(row).record);
};

/** A call as archived; null when the tenant has none of that id in D1 yet. */
export const readArchivedCall = async (db: D1Database, tenantId: string, callId: string): Promise<Call | null> => {
	const found = await db.prepare("SELECT record FROM calls WHERE tenant_id = ? AND id = ?").bind(tenantId, callId).first();
	return found === null ? null : CallRow.parse(found).record;
};

/** Console lines of a run in order, those after a place. */
export const listArchivedLogs = async (
	db: D1Database,
	tenantId: string,
	runId: string,
	afterSeq: number,
	most: number,
): Promise<RunLog[]> => {
	const { results } = await db
		.prepare("SELECT seq, at_ms AS atMs, level, text FROM log_lines WHERE tenant_id = ? AND run_id = ? AND seq > ? ORDER BY seq LIMIT ?")
		.bind(tenantId, runId, afterSeq, most)
		.all();
	return z.array(RunLog).parse(results);
};
