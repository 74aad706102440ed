import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { type Denied, deniedChange, judgeAccess, type Reach } from "./authorize.ts";
import { Connection, readingPragmas, SqliteError, writingPragmas } from "./connection.ts";
import type { EngineAccess } from "./engine-protocol.ts";
import { DATASET_FILE } from "./memory-vfs.ts";
import { DATASET_DATABASE, grantedTrees, TEMP_DATABASE } from "./granted-trees.ts";
import { makeViews, randomName, readColumns } from "./make-views.ts";
import type { Statement } from "./statement.ts";

/** A connection that can reach what an access grants, and what it refused last. */
export interface OpenAccess {
	readonly connection: Connection;
	/** What the authorizer refused since it was last asked, and forgets it. */
	takeDenied(): Denied | null;
	/** Whether a compiled statement opens nothing but the trees that the access leads to. */
	admits(statement: Statement): boolean;
	/** A message of SQLite without the names that must stay unguessable. */
	scrub(message: string): string;
	/** Names of the tables that exist for a statement, for messages. */
	tables(): readonly string[];
	/** Why a table is not changed, where SQLite says that it cannot be. */
	deniedChange(table: string): Denied;
}

export type Opening = { kind: "open"; access: OpenAccess } | { kind: "invalid"; message: string };

/**
 * Opens the mounted dataset for one access.
 *
 * The whole dataset is simply `main`. For a grant of tables, the dataset is attached under a random name beside an empty `main`, and each granted
 * table is two views in `temp`: an inner one of a random name, which alone may read the dataset (the authorizer is told in which view an access
 * stands), and one of the table's own name over it. Names alone decide nothing: SQLite tells the name of a common table expression in the same place
 * as that of a view, so a name that can be guessed could be forged.
 *
 * The authorizer alone is no wall: SQLite does not ask it about columns that a join merges (NATURAL, USING). So the compiled statement is looked at too,
 * for the trees that it opens, and names that are not granted lead to empty views.
 *
 * @throws SqliteError when the dataset cannot be read
 */
export const openAccess = (module: SqliteModule, access: EngineAccess): Opening => {
	const pragmas = access.write ? writingPragmas : readingPragmas;
	if (access.tables === "all") {
		const connection = new Connection(module, DATASET_FILE);
		connection.exec(pragmas("main"));
		return {
			kind: "open",
			access: guard(connection, { schema: "main", datasetTables: new Set(), granted: null, write: access.write }, null, null),
		};
	}
	const connection = new Connection(module, ":memory:");
	try {
		const schema = `dataset_${randomName()}`;
		connection.exec(
			`ATTACH '${DATASET_FILE}' AS ${schema}; ${pragmas(schema)} PRAGMA temp.cache_size = -4096; PRAGMA main.cache_size = -16384;`,
		);
		const columns = readColumns(connection, schema);
		const granted = makeViews(connection, schema, columns, access.tables, access.write);
		if (typeof granted === "string") {
			connection.close();
			return { kind: "invalid", message: granted };
		}
		const reach: Reach = { schema, datasetTables: new Set(columns.keys()), granted, write: access.write };
		return { kind: "open", access: guard(connection, reach, Object.keys(access.tables), grantedTrees(connection, schema, granted)) };
	} catch (error) {
		connection.close();
		throw error;
	}
};

/** As many as a message shows. */
const ALL_TABLES =
	"SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT 50";

const allTables = (connection: Connection): string[] => {
	connection.watch(() => false);
	try {
		return connection.rows(ALL_TABLES).map(([name]) => String(name));
	} catch (error) {
		// A broken image: the message goes without their names.
		if (error instanceof SqliteError) return [];
		throw error;
	}
};

/** @param listed names of the granted tables; null: all. @param trees root pages of the dataset that may be opened; null: all */
const guard = (connection: Connection, reach: Reach, listed: readonly string[] | null, trees: ReadonlySet<number> | null): OpenAccess => {
	let denied: Denied | null = null;
	connection.bound();
	connection.authorize((asked) => {
		const judgement = judgeAccess(asked, reach);
		denied ??= judgement.denied ?? null;
		return judgement.verdict;
	});
	return {
		connection,
		tables: () => listed ?? allTables(connection),
		deniedChange: (table) => deniedChange(table, reach),
		takeDenied: () => {
			const last = denied;
			denied = null;
			return last;
		},
		admits: (statement) =>
			trees === null ||
			statement.opens().every(({ database, root }) => database !== TEMP_DATABASE && (database !== DATASET_DATABASE || trees.has(root))),
		scrub: (message) =>
			message.replaceAll(reach.granted === null ? "\0" : reach.schema, "dataset").replaceAll(/guard_[0-9a-f]{32}/g, "table"),
	};
};
