import { z } from "zod";
import { type Approval, ListedApproval } from "../../contract/approvals.ts";
import { cutText } from "../../contract/cut-text.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { ArchiveBatch } from "./write-archive.ts";
import { jsonColumn } from "../db/rows.ts";
import { listNewest } from "../db/list-newest.ts";

const Row = z.object({
	record: jsonColumn(ListedApproval),
});
const WholeRow = Row.extend({ args: z.string().nullable() });

/** Approvals for D1. The record is what lists show; arguments that are longer stand whole behind it, where a list does not read. */
export const approvalStatements = (db: D1Database, { tenantId, approvals }: ArchiveBatch): D1PreparedStatement[] =>
	approvals.map(({ approval, revision }) => {
		const listed = listedApproval(approval);
		return db
			.prepare(
				`INSERT INTO approvals (id, tenant_id, agent_id, run_id, status, revision, record, args) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (id) DO UPDATE SET status = excluded.status, revision = excluded.revision, record = excluded.record, args = excluded.args
				WHERE excluded.revision > approvals.revision`,
			)
			.bind(
				approval.id,
				tenantId,
				approval.agent,
				approval.run,
				approval.status,
				revision,
				JSON.stringify(listed),
				listed.argsCut ? approval.args : null,
			);
	});

/** An approval as lists show it. */
const listedApproval = (approval: Approval): ListedApproval => {
	if (approval.args.length <= LIMITS.listedArgsChars) return { ...approval, argsCut: false };
	return { ...approval, args: cutText(approval.args, LIMITS.listedArgsChars), argsCut: true };
};

/** Which approvals of a tenant a list has; null: whichever. */
export interface ApprovalFilter {
	readonly status: string | null;
	readonly runId: string | null;
	readonly agentId: string | null;
	/** Id of the last approval of the page before. */
	readonly before: string | null;
	readonly most: number;
}

/** Approvals of a tenant, newest first. */
export const listArchivedApprovals = async (
	db: D1Database,
	tenantId: string,
	{ status, runId, agentId, before, most }: ApprovalFilter,
): Promise<ListedApproval[]> => {
	const where = [
		["status = ?", status],
		["run_id = ?", runId],
		["agent_id = ?", agentId],
	] as const;
	const rows = await listNewest(db, tenantId, { shape: Row, columns: "record", table: "approvals", where, before, most });
	return rows.map(({ record }) => record);
};

/** An approval as archived, whole; null when the tenant has none of that id in D1 yet. */
export const readArchivedApproval = async (db: D1Database, tenantId: string, approvalId: string): Promise<Approval | null> => {
	const found = await db.prepare("SELECT record, args FROM approvals WHERE tenant_id = ? AND id = ?").bind(tenantId, approvalId).first();
	if (found === null) return null;
	const { record, args } = WholeRow.parse(found);
	const { argsCut: _argsCut, ...approval } = record;
	return { ...approval, args: args ?? approval.args };
};
