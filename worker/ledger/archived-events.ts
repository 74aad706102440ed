import { z } from "zod";
import { RunApprovalEvent } from "../../contract/run-events.ts";
import { Call } from "../../contract/runs.ts";
import { jsonColumn } from "../db/rows.ts";

const CallRow = z.object({ record: jsonColumn(Call) });
const ApprovalRow = z.object({ record: jsonColumn(RunApprovalEvent.strip()) });

/** Calls of a run at some places, in order. */
export const listArchivedCallsAt = async (db: D1Database, tenantId: string, runId: string, places: readonly number[]): Promise<Call[]> => {
	if (places.length === 0) return [];
	const { results } = await db
		.prepare("SELECT record FROM calls WHERE tenant_id = ? AND run_id = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq")
		.bind(tenantId, runId, JSON.stringify(places))
		.all();
	return results.map((row) => CallRow.parse(row).record);
};

/** Approvals of some calls of a run, as its events tell of them. */
export const listApprovalsOfCalls = async (
	db: D1Database,
	tenantId: string,
	runId: string,
	callIds: readonly string[],
): Promise<RunApprovalEvent[]> => {
	if (callIds.length === 0) return [];
	const { results } = await db
		.prepare(
			`SELECT record FROM approvals WHERE tenant_id = ? AND run_id = ? AND json_extract(record, '$.call') IN (SELECT value FROM json_each(?)) ORDER BY id`,
		)
		.bind(tenantId, runId, JSON.stringify(callIds))
		.all();
	return results.map((row) => ApprovalRow.parse(row).record);
};
