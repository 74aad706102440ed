import type { Connection } from "./connection.ts";
import { quoteName } from "./quote-name.ts";
import { ImportError } from "./table-writer.ts";

/**
 * Makes a dataset of a database that somebody sent: checks it from end to end and drops its views and triggers, which are code.
 * @returns what was dropped. @throws ImportError for virtual tables, whose modules the engine has not, and for what hides a view behind another entry; SqliteError
 */
export const importImage = (connection: Connection): string[] => {
	const found = connection.rows("PRAGMA integrity_check(1)");
	if (found[0]?.[0] !== "ok") throw new ImportError(`the database is damaged: ${String(found[0]?.[0]).slice(0, 200)}`);
	const [virtual] = connection.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0");
	if (virtual !== undefined) throw new ImportError(`the table ${String(virtual[0]).slice(0, 100)} is virtual, wanted ordinary tables`);
	const code = connection.rows("SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view') ORDER BY type");
	for (const [type, name] of code) connection.exec(`DROP ${type === "view" ? "VIEW" : "TRIGGER"} IF EXISTS ${quoteName(String(name))}`);
	// What SQLite itself made of the entries' text, whatever they call themselves.
	const strange = connection.rows("PRAGMA main.table_list").find(([, , type]) => type !== "table");
	if (strange !== undefined)
		throw new ImportError(`the entry ${String(strange[1]).slice(0, 100)} is a ${String(strange[2])} in disguise, wanted ordinary tables`);
	return code.map(([type, name]) => `${String(type)} ${String(name)}`);
};
