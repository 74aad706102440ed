import { type DatasetTable, DatasetTables } from "../../../contract/datasets.ts";
import { z } from "zod";
import type { TableAccess } from "../../engine/engine-protocol.ts";
import type { Resources } from "../verb.ts";
import type { SqlQueryGrant } from "./sql-query-grant.ts";

const Described = z.object({ content: z.object({ tables: DatasetTables }).nullable() });

/** What a grant shows of its dataset, or why there is nothing to ask. Masked columns are among the columns. */
export type GrantedDataset = { kind: "granted"; tables: readonly DatasetTable[] } | { kind: "missing"; message: string };

/** Names are compared as SQLite does: ASCII letters without their case. */
const fold = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The tables and columns of the tenant's dataset as the grant has them. Row counts are of whole tables, and absent where the grant hides rows. */
export const grantedDataset = (grant: SqlQueryGrant, resources: Resources): GrantedDataset => {
	const described = Described.safeParse(resources.get(`dataset/${grant.dataset}`));
	const missing = (message: string): GrantedDataset => ({ kind: "missing", message: `Querying the dataset ${grant.dataset}: ${message}` });
	if (!described.success) return missing("the tenant has none of this name, wanted one that POST /v1/datasets made");
	const { content } = described.data;
	if (content === null) return missing("it has no data yet, wanted some that PUT /v1/datasets/{name}/data brought");
	if (grant.tables === undefined) return { kind: "granted", tables: content.tables };
	const there = new Map(content.tables.map((table) => [fold(table.name), table]));
	const tables: DatasetTable[] = [];
	for (const [name, access] of Object.entries(grant.tables)) {
		const table = there.get(fold(name));
		if (table === undefined) return missing(`it has no table ${name}, which the grant names`);
		const wanted = access.columns === undefined ? null : new Set(access.columns.map(fold));
		const columns = table.columns.filter((column) => wanted === null || wanted.has(fold(column.name)));
		tables.push({ name, columns, rows: table.rows });
	}
	return { kind: "granted", tables };
};

/** What the grant says of a table; undefined: nothing, the table is whole. */
const accessOf = (grant: SqlQueryGrant, table: string): TableAccess | undefined => new Map(Object.entries(grant.tables ?? {})).get(table);

/** Whether the grant may tell how many rows a table has: not when it hides some, and not where groups have a least size. */
export const tellsRows = (grant: SqlQueryGrant, table: string): boolean =>
	grant.minGroup === undefined && accessOf(grant, table)?.where === undefined;

/** Whether a column of a granted table reads as NULL. */
export const isMasked = (grant: SqlQueryGrant, table: string, column: string): boolean =>
	(accessOf(grant, table)?.masked ?? []).some((masked) => fold(masked) === fold(column));
