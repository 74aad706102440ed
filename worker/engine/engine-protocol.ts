import { z } from "zod";
import { LIMITS } from "../../contract/limits.ts";

/** What crosses to the engine's isolate and back, all of it as JSON text. Parsed on both sides. */

const Name = z.string().min(1).max(LIMITS.nameChars);

/** What a statement may see of one table. A restricted table (any field given) can be read and not written. */
export const TableAccess = z.strictObject({
	columns: z.array(Name).min(1).max(LIMITS.sqlColumns).optional().describe("the only columns that exist for the statement; left out: all"),
	masked: z.array(Name).max(LIMITS.sqlColumns).optional().describe("columns that read as NULL"),
	where: z
		.string()
		.min(1)
		.max(LIMITS.sqlFilterChars)
		.optional()
		.describe("SQL expression of the tenant; only rows for which it is true exist for the statement"),
});
export type TableAccess = z.infer<typeof TableAccess>;

export const EngineAccess = z
	.strictObject({
		tables: z
			.union([z.literal("all"), z.record(Name, TableAccess)])
			.describe("`all`: the whole dataset, its schema too; else the tables that exist for the statement"),
		write: z.boolean().describe("INSERT, UPDATE, DELETE on unrestricted tables; with `all` also CREATE, ALTER, DROP of tables and indexes"),
		minGroup: z
			.int()
			.min(LIMITS.sqlMinGroup.min)
			.max(LIMITS.sqlMinGroup.max)
			.optional()
			.describe("aggregate-only: every answered group has at least this many rows, and free SQL is refused"),
	})
	.superRefine((access, context) => {
		if (access.tables !== "all" && Object.keys(access.tables).length > LIMITS.sqlAccessTables)
			context.addIssue({ code: "custom", path: ["tables"], message: `at most ${LIMITS.sqlAccessTables} tables` });
		if (access.minGroup !== undefined && access.write)
			context.addIssue({ code: "custom", path: ["write"], message: "an aggregate-only access cannot write" });
	});
export type EngineAccess = z.infer<typeof EngineAccess>;

export const EngineLimits = z.strictObject({
	steps: z.int().min(1).max(LIMITS.sqlSteps.max),
	rows: z.int().min(1).max(LIMITS.sqlRows.max),
	bytes: z.int().min(2).max(LIMITS.sqlAnswerBytes.max),
	wallMs: z.int().min(1).max(LIMITS.sqlWallMs.max),
});
export type EngineLimits = z.infer<typeof EngineLimits>;

const Comparable = z.union([z.string().max(LIMITS.sqlFilterChars), z.number(), z.boolean()]);
const Condition = z.discriminatedUnion("op", [
	z.strictObject({ column: Name, op: z.enum(["=", "!=", "<", "<=", ">", ">="]), value: Comparable }),
	z.strictObject({ column: Name, op: z.literal("in"), value: z.array(Comparable).min(1).max(LIMITS.sqlAggregateTerms) }),
	z.strictObject({ column: Name, op: z.enum(["isNull", "isNotNull"]) }),
]);

/** The closed language of aggregate-only grants. `min` and `max` are not in it: they show one row's value. */
export const AggregateQuery = z.strictObject({
	from: Name.describe("a table of the grant"),
	groupBy: z.array(Name).max(LIMITS.sqlAggregateTerms).default([]).describe("columns; none: one group of all rows"),
	aggregates: z
		.array(
			z.discriminatedUnion("fn", [
				z.strictObject({ fn: z.literal("count"), column: Name.optional(), as: Name.optional() }),
				z.strictObject({ fn: z.enum(["sum", "avg", "countDistinct"]), column: Name, as: Name.optional() }),
			]),
		)
		.min(1)
		.max(LIMITS.sqlAggregateTerms),
	where: z.array(Condition).max(LIMITS.sqlAggregateTerms).default([]).describe("all must hold"),
	orderBy: z
		.strictObject({ index: z.int().min(1), descending: z.boolean().default(false) })
		.optional()
		.describe("position of a result column, from 1"),
	limit: z.int().min(1).max(LIMITS.sqlRows.max).optional(),
});
export type AggregateQuery = z.infer<typeof AggregateQuery>;

/** `params`: text of tagged JSON (contract/tagged-json), an array or an object of names without their sign. */
export const EngineQuery = z.strictObject({
	sql: z.string().min(1).max(LIMITS.sqlChars).optional(),
	params: z.string().max(LIMITS.sqlParamBytes).default("[]"),
	aggregate: AggregateQuery.optional().describe("instead of `sql`"),
	access: EngineAccess,
	limits: EngineLimits,
});
export type EngineQuery = z.infer<typeof EngineQuery>;
/** What a caller writes: defaults may be left out. */
export type EngineQueryInput = z.input<typeof EngineQuery>;

export const EngineRefusal = z.strictObject({
	kind: z.literal("refused"),
	code: z.enum(["invalid_arguments", "sql_denied", "sql_limit_exceeded", "response_too_large", "payload_too_large", "conflict"]),
	message: z.string(),
});
export type EngineRefusal = z.infer<typeof EngineRefusal>;

/** `rows`: text of tagged JSON, an array of arrays. `steps` tells how much was read, hidden rows too: for accounts, never for a program. */
export const EngineAnswer = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("rows"),
		columns: z.array(z.string()),
		rows: z.string(),
		rowCount: z.int(),
		changes: z.int(),
		steps: z.number(),
		bytes: z.int(),
	}),
	EngineRefusal,
]);
export type EngineAnswer = z.infer<typeof EngineAnswer>;

export const EngineImport = z.strictObject({
	format: z.enum(["csv", "jsonl", "xlsx", "sql", "sqlite"]),
	table: z.string().max(LIMITS.pathChars).optional().describe("table's name, or the file's name it is made from; csv and jsonl only"),
	delimiter: z.enum([",", ";", "\t", "|"]).optional().describe("csv only; left out: guessed from the header"),
	append: z.boolean().default(false).describe("to the loaded dataset, in a draft; otherwise a new dataset"),
});
export type EngineImport = z.infer<typeof EngineImport>;
export type EngineImportInput = z.input<typeof EngineImport>;

export const ImportedTable = z.strictObject({
	name: z.string(),
	columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
	rows: z.int(),
});
export type ImportedTable = z.infer<typeof ImportedTable>;

export const ImportAnswer = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("imported"),
		tables: z.array(ImportedTable),
		bytes: z.int().describe("of the SQLite image that `draft()` gives"),
		dropped: z.array(z.string()).describe("views, triggers and virtual tables of a given database: a dataset has none"),
	}),
	EngineRefusal,
]);
export type ImportAnswer = z.infer<typeof ImportAnswer>;
