import type { Granted } from "./authorize.ts";
import { type Connection, SqliteError } from "./connection.ts";
import type { TableAccess } from "./engine-protocol.ts";
import { quoteName } from "./quote-name.ts";
import { RESULT } from "./sqlite-codes.ts";

export const randomName = (): string =>
	Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The dataset's tables in lower case, each with its name as written and its columns. */
export const readColumns = (connection: Connection, schema: string): Map<string, { name: string; columns: string[] }> => {
	const tables = new Map<string, { name: string; columns: string[] }>();
	for (const [name] of connection.rows(`SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table'`)) {
		const table = String(name);
		const columns = connection.rows(`PRAGMA ${schema}.table_xinfo(${quoteName(table)})`).map((row) => String(row[1]));
		tables.set(table.toLowerCase(), { name: table, columns });
	}
	return tables;
};

export const makeViews = (
	connection: Connection,
	schema: string,
	dataset: ReadonlyMap<string, { name: string; columns: string[] }>,
	tables: Readonly<Record<string, TableAccess>>,
	write: boolean,
): Granted | string => {
	const masked = new Map<string, ReadonlySet<string>>();
	const guards = new Set<string>();
	const plain = new Set<string>();
	// So that SQLite lets names of its own be covered, too.
	connection.exec("PRAGMA writable_schema = ON");
	const listed = new Set(Object.keys(tables).map((name) => name.toLowerCase()));
	for (const [lower, { name, columns }] of dataset) if (!listed.has(lower)) connection.exec(decoy(name, columns));
	for (const [name, rule] of Object.entries(tables)) {
		const table = dataset.get(name.toLowerCase());
		if (table === undefined || /^sqlite_/i.test(name)) return `the grant names the table ${name}, which the dataset does not have`;
		const restricted = rule.columns !== undefined || rule.masked !== undefined || rule.where !== undefined;
		if (write && !restricted) {
			plain.add(name.toLowerCase());
			continue;
		}
		const present = new Map(table.columns.map((column) => [column.toLowerCase(), column]));
		const unknown = [...(rule.columns ?? []), ...(rule.masked ?? [])].find((column) => !present.has(column.toLowerCase()));
		if (unknown !== undefined) return `the grant names the column ${name}.${unknown}, which the dataset does not have`;
		const hidden = new Set((rule.masked ?? []).map((column) => column.toLowerCase()));
		const shown = [...new Set([...(rule.columns ?? table.columns), ...(rule.masked ?? [])].map((column) => column.toLowerCase()))];
		const list = shown.map((column) => {
			const quoted = quoteName(present.get(column) ?? column);
			return hidden.has(column) ? `NULL AS ${quoted}` : quoted;
		});
		const inner = `guard_${randomName()}`;
		guards.add(inner);
		masked.set(name.toLowerCase(), hidden);
		try {
			connection.execOne(
				`CREATE TEMP VIEW ${inner} AS SELECT ${list.join(", ")} FROM ${schema}.${quoteName(table.name)}${filter(rule.where, schema)}`,
			);
			connection.exec(`CREATE TEMP VIEW ${quoteName(name)} AS SELECT * FROM temp.${inner}`);
			connection.check(`SELECT * FROM temp.${quoteName(name)}`);
		} catch (error) {
			// Without a filter nothing in the views is the tenant's words; what is no error of the words (memory, a broken image) is not theirs either.
			if (!(error instanceof SqliteError) || (error.code & 0xff) !== RESULT.error || rule.where === undefined) throw error;
			return `the grant's filter of ${name}: ${error.message.replaceAll(schema, "{dataset}").replaceAll(inner, name)}`;
		}
	}
	// The views live on in memory; their text, with the names that nobody may know, is in no table.
	connection.exec("DELETE FROM sqlite_temp_schema; PRAGMA writable_schema = OFF");
	return { masked, guards, plain };
};

/**
 * An empty view over the name of a table that is not granted, so that the name never leads to the table, not even where SQLite forgets to ask the
 * authorizer.
 */
const decoy = (name: string, columns: readonly string[]): string =>
	`CREATE TEMP VIEW ${quoteName(name)} AS SELECT ${columns.map((column) => `NULL AS ${quoteName(column)}`).join(", ")} WHERE 0;`;

/**
 * LIMIT -1 keeps SQLite from joining a filtered view into the statement and from moving the statement's conditions into it: either could evaluate an
 * expression of the program on a row that the filter hides, and an error of that expression would tell about the row.
 */
const filter = (where: string | undefined, schema: string): string =>
	where === undefined ? "" : ` WHERE (${where.replaceAll("{dataset}", schema)}\n) LIMIT -1`;
