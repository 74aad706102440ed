import type { Granted } from "./authorize.ts";
import type { Connection } from "./connection.ts";
import { quoteName } from "./quote-name.ts";

/** Indexes of databases within a connection: SQLite's own two, then the attached dataset. */
export const TEMP_DATABASE = 1;
export const DATASET_DATABASE = 2;

/**
 * Root pages of the trees that a grant leads to: those of every table that one of its views opens (tables in row filters too), and of its plain tables,
 * with their indexes. Asked before the authorizer is set.
 * @throws SqliteError
 */
export const grantedTrees = (connection: Connection, schema: string, granted: Granted): ReadonlySet<number> => {
	const tableOfTree = new Map<number, string>();
	const treesOfTable = new Map<string, number[]>();
	for (const [name, root] of connection.rows(`SELECT lower(tbl_name), rootpage FROM ${schema}.sqlite_schema WHERE rootpage > 0`)) {
		const [table, tree] = [String(name), Number(root)];
		tableOfTree.set(tree, table);
		treesOfTable.set(table, [...(treesOfTable.get(table) ?? []), tree]);
	}
	const tables = new Set(granted.plain);
	for (const view of granted.masked.keys()) {
		const { statement } = connection.prepare(new TextEncoder().encode(`SELECT * FROM temp.${quoteName(view)}`));
		for (const { database, root } of statement?.opens() ?? []) if (database === DATASET_DATABASE) tables.add(tableOfTree.get(root) ?? "");
		statement?.finalize();
	}
	// What SQLite itself counts with when rows are inserted; the name leads programs to an empty view.
	if (granted.plain.size > 0) tables.add("sqlite_sequence");
	return new Set([...tables].flatMap((table) => treesOfTable.get(table) ?? []));
};
