import type { DatasetTable } from "../../../contract/datasets.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { commentText } from "../comment-text.ts";
import type { Resources } from "../verb.ts";
import { grantedDataset, isMasked } from "./granted-dataset.ts";
import { AS_HANDLE, HANDLE, namedQueryText, SQL_VALUE } from "./named-query-text.ts";
import type { SqlQueryGrant } from "./sql-query-grant.ts";

const ROW = `Record<string, ${SQL_VALUE}>`;
const PARAMS = `readonly (${SQL_VALUE})[] | Readonly<Record<string, ${SQL_VALUE}>>`;

/** The TypeScript type of `env.<name>`, with the tables and columns that the grant shows. */
export const sqlQueryDeclaration = (grant: SqlQueryGrant, resources: Resources): string => {
	const dataset = grantedDataset(grant, resources);
	const tables = dataset.kind === "granted" ? dataset.tables : [];
	const what = dataset.kind === "granted" ? ` Tables:${tablesText(grant, tables)}` : "";
	const members =
		grant.mode === "named"
			? Object.entries(grant.queries ?? {}).map(([name, query]) => namedQueryText(name, query, ROW))
			: grant.minGroup !== undefined
				? [aggregateText(grant.minGroup, tables), schemaText]
				: [queryText(what), queryRowsText, ...(grant.mode === "write" ? [executeText] : []), schemaText];
	const absent = dataset.kind === "granted" ? "" : `\t/* Not there now: a call is refused. ${commentText(dataset.message)}. */\n`;
	return `{\n${absent}${members.join("\n")}\n}`;
};

/** Tables as a comment shows them. Their names are the tenant's, or came with the data. */
const tablesText = (grant: SqlQueryGrant, tables: readonly DatasetTable[]): string =>
	tables
		.map(({ name, columns }) => {
			const shown = columns.map(
				(column) => `${column.name}${column.type === "" ? "" : ` ${column.type}`}${isMasked(grant, name, column.name) ? " (masked)" : ""}`,
			);
			return `\n\t * ${commentText(`${name} (${shown.join(", ")})`)}`;
		})
		.join("")
		.slice(0, LIMITS.schemaTypeChars);

const queryText = (what: string): string => `	/**
	 * Runs one SELECT (SQLite) and gives its rows as objects. Parameters stand as ? with an array, or as :name with an object.${what}
	 */
	query(sql: string, params?: ${PARAMS}): Promise<${ROW}[]>;
	/** The rows stay on the host; the handle is for other grants. */
	query(sql: string, params: ${PARAMS} | undefined, options: ${AS_HANDLE}): Promise<${HANDLE}>;`;

const queryRowsText = `	/** The same with columns once and rows as arrays: smaller. */
	queryRows(sql: string, params?: ${PARAMS}): Promise<{ columns: string[]; rows: (${SQL_VALUE})[][] }>;`;

const executeText = `	/** Runs one statement that changes the dataset and saves it as its next version. Throws \`conflict\` when somebody else wrote meanwhile: nothing was changed then. */
	execute(sql: string, params?: ${PARAMS}): Promise<{ changes: number; version: number }>;`;

const schemaText = `	/** The tables and columns that there are. */
	schema(): Promise<{ tables: { name: string; columns: { name: string; type: string; masked?: true }[]; rows?: number }[] }>;`;

const aggregateText = (minGroup: number, tables: readonly DatasetTable[]): string => {
	const names = tables.map(({ name }) => JSON.stringify(name)).join(" | ");
	return `	/** Aggregates over groups of at least ${minGroup} rows; smaller groups are left out. No SQL, no single row. */
	aggregate(query: {
		from: ${names === "" ? "string" : names};
		groupBy?: string[];
		aggregates: { fn: "count" | "sum" | "avg" | "countDistinct"; column?: string; as?: string }[];
		where?: { column: string; op: "=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "isNull" | "isNotNull"; value?: unknown }[];
		orderBy?: { index: number; descending?: boolean };
		limit?: number;
	}): Promise<${ROW}[]>;`;
};
