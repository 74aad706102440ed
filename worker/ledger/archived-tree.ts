import { z } from "zod";
import { RunSummary } from "../../contract/runs.ts";
import { jsonColumn } from "../db/rows.ts";

const SummaryRow = z.object({
	summary: jsonColumn(RunSummary),
});

/** The runs of a tree but for its first, oldest first. */
export const listArchivedTree = async (db: D1Database, tenantId: string, rootRunId: string, most: number): Promise<RunSummary[]> => {
	const { results } = await db
		.prepare("SELECT summary FROM runs WHERE tenant_id = ? AND root_run_id = ? ORDER BY id LIMIT ?")
		.bind(tenantId, rootRunId, most)
		.all();
	return results.map((row) => SummaryRow.parse(row).summary);
};
