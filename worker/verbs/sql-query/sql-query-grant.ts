import { z } from "zod";
import { Name, atMost } from "../../../contract/common.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { NamedQueries } from "../../../contract/named-queries.ts";
import { TableAccess } from "../../engine/engine-protocol.ts";
import { COMMON_GRANT } from "../common-grant.ts";
import { ANSWER_LIMITS } from "./answer-limits.ts";

/** What a grant of `sql.query` may say. */
export const SqlQueryGrant = z
	.strictObject({
		verb: z.literal("sql.query").describe("the verb"),
		dataset: Name.describe("name of a dataset of the tenant"),
		mode: z
			.enum(["read", "write", "named"])
			.describe("read: any statement that reads; write: also statements that change; named: only the queries of this grant"),
		tables: atMost(LIMITS.sqlAccessTables, "tables", z.record(Name, TableAccess))
			.optional()
			.describe("the only tables that exist for the program, each with its columns, masks and row filter; left out: all, whole"),
		queries: NamedQueries.optional().describe("mode named: name of the method -> its query, with parameters as :name"),
		minGroup: z
			.int()
			.min(LIMITS.sqlMinGroup.min)
			.max(LIMITS.sqlMinGroup.max)
			.optional()
			.describe("mode read: the program gets aggregates only, over groups of at least so many rows, and no SQL"),
		limits: z
			.strictObject({
				...ANSWER_LIMITS,
				steps: z
					.int()
					.min(1)
					.max(LIMITS.sqlSteps.max)
					.optional()
					.describe(`most steps of SQLite's virtual machine in one statement; left out: ${LIMITS.sqlSteps.default}`),
			})
			.optional()
			.describe("bounds of this grant"),
		...COMMON_GRANT,
	})
	.superRefine((grant, context) => {
		for (const { path, message } of contradictions(grant)) context.addIssue({ code: "custom", path: [path], message });
	});
export type SqlQueryGrant = z.infer<typeof SqlQueryGrant>;

const contradictions = (grant: {
	mode: string;
	queries?: Record<string, unknown> | undefined;
	tables?: Record<string, unknown> | undefined;
	minGroup?: number | undefined;
}): { path: string; message: string }[] => {
	const found: { path: string; message: string }[] = [];
	const queries = Object.keys(grant.queries ?? {}).length;
	if (grant.mode === "named" && queries === 0) found.push({ path: "queries", message: "wanted at least one query for the mode named" });
	if (grant.mode !== "named" && grant.queries !== undefined) found.push({ path: "queries", message: "wanted none but for the mode named" });
	if (grant.mode !== "read" && grant.minGroup !== undefined) found.push({ path: "minGroup", message: "wanted none but for the mode read" });
	if (grant.tables !== undefined && Object.keys(grant.tables).length === 0)
		found.push({ path: "tables", message: "wanted at least one table, or none named" });
	return found;
};
