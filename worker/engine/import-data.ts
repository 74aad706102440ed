import { LIMITS } from "../../contract/limits.ts";
import { Connection, SqliteError, writingPragmas } from "./connection.ts";
import { tableName } from "./dataset-names.ts";
import type { Engine } from "./engine.ts";
import type { EngineImport, EngineRefusal, ImportAnswer, ImportedTable } from "./engine-protocol.ts";
import { importCsv } from "./import-csv.ts";
import { importImage } from "./import-image.ts";
import { importJsonLines } from "./import-json-lines.ts";
import { importSql } from "./import-sql.ts";
import { importWorkbook } from "./import-workbook.ts";
import { DATASET_FILE, type MemoryVfs } from "./memory-vfs.ts";
import { PagedFile } from "./paged-file.ts";
import { quoteName } from "./quote-name.ts";
import { readImage } from "./read-image.ts";
import { refuse } from "./run-statement.ts";
import { RESULT } from "./sqlite-codes.ts";
import { ImportError } from "./table-writer.ts";

/**
 * Makes a draft of data that is streamed in; the engine's dataset stays until the draft is committed. Whatever fails leaves no draft. One import at a
 * time, and nothing else meanwhile: the caller sees to it.
 */
export const importData = async (engine: Engine, options: EngineImport, source: ReadableStream<Uint8Array>): Promise<ImportAnswer> => {
	engine.discard();
	const base = options.append ? engine.image : null;
	if (options.append && base === null) return refuse("conflict", "Importing: no dataset is loaded, wanted one to append to.");
	if (options.append && options.format === "sqlite")
		return refuse("invalid_arguments", "Importing: a database cannot be appended, wanted rows.");
	let file = base === null ? new PagedFile() : base.fork();
	if (options.format === "sqlite") {
		const read = await readImage(source);
		if (read.kind === "refused") return read;
		file = read.file;
	}
	const { module, vfs } = await engine.borrow();
	vfs.full = null;
	vfs.mount(file, base === null ? "new" : "draft");
	let connection: Connection | null = null;
	try {
		connection = new Connection(module, DATASET_FILE);
		connection.exec(writingPragmas("main"));
		connection.bound();
		watchSteps(connection);
		const answer = await fill(connection, options, source);
		connection.close();
		engine.replaceDraft(file);
		return { ...answer, bytes: file.size };
	} catch (error) {
		connection?.close();
		if (!(error instanceof ImportError || error instanceof SqliteError)) engine.abandon();
		return explain(error, vfs);
	}
};

type Filled = Omit<Extract<ImportAnswer, { kind: "imported" }>, "bytes">;

const fill = async (connection: Connection, options: EngineImport, source: ReadableStream<Uint8Array>): Promise<Filled> => {
	const taken = new Set(tableNames(connection).map((name) => name.toLowerCase()));
	const table = tableName(options.table ?? "data", taken);
	if (options.format === "sqlite") {
		const dropped = importImage(connection);
		return { kind: "imported", tables: describeTables(connection, new Set()), dropped };
	}
	// One transaction: nothing is written twice, and there is nothing to roll back to but the whole.
	connection.exec("BEGIN");
	const tables = await importTables(connection, options, source, table, taken);
	connection.exec("COMMIT");
	return { kind: "imported", tables: tables ?? describeTables(connection, taken), dropped: [] };
};

const importTables = async (
	connection: Connection,
	options: EngineImport,
	source: ReadableStream<Uint8Array>,
	table: string,
	taken: ReadonlySet<string>,
): Promise<ImportedTable[] | null> => {
	switch (options.format) {
		case "csv":
			return [await importCsv(connection, table, source, options.delimiter)];
		case "jsonl":
			return [await importJsonLines(connection, table, source)];
		case "xlsx":
			return await importWorkbook(connection, taken, source);
		default:
			await importSql(connection, source);
			connection.authorize(() => 0);
			return null;
	}
};

const watchSteps = (connection: Connection): void => {
	let looks = 0;
	connection.watch(() => {
		looks += 1;
		return looks * LIMITS.sqlStepsBetweenLooks > LIMITS.importSteps;
	});
};

const tableNames = (connection: Connection): string[] =>
	connection
		.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
		.map(([name]) => String(name));

/** @param before names in lower case that were there already */
const describeTables = (connection: Connection, before: ReadonlySet<string>): ImportedTable[] => {
	const names = tableNames(connection).filter((name) => !before.has(name.toLowerCase()));
	if (names.length === 0) throw new ImportError("no table came of it, wanted at least one");
	if (names.length + before.size > LIMITS.datasetTables)
		throw new ImportError(`there are ${names.length + before.size} tables, wanted at most ${LIMITS.datasetTables}`);
	return names.map((name) => ({
		name,
		columns: connection
			.rows(`PRAGMA table_xinfo(${quoteName(name)})`)
			.map((row) => ({ name: String(row[1]), type: String(row[2]) || "ANY" })),
		rows: Number(connection.rows(`SELECT count(*) FROM ${quoteName(name)}`)[0]?.[0] ?? 0),
	}));
};

const explain = (error: unknown, vfs: MemoryVfs): EngineRefusal => {
	if (vfs.full !== null) {
		const [limit, name] =
			vfs.full === "dataset" ? [LIMITS.datasetBytes, "datasetBytes"] : [LIMITS.engineScratchBytes, "engineScratchBytes"];
		const where = error instanceof Error ? /^(?:line|statement|sheet .{1,60}, row) \d+/.exec(error.message)?.[0] : undefined;
		return refuse(
			"payload_too_large",
			`Importing: the database is larger than ${limit} bytes${where === undefined ? "" : ` at ${where}`}, wanted at most that (${name}).`,
		);
	}
	if (error instanceof ImportError) return refuse("invalid_arguments", `Importing: ${error.message}.`);
	if (error instanceof SqliteError) {
		const code = error.code & 0xff;
		if (code === RESULT.interrupted)
			return refuse("sql_limit_exceeded", `Importing: it took more than ${LIMITS.importSteps} steps, wanted fewer.`);
		return refuse(code === RESULT.noMemory ? "sql_limit_exceeded" : "invalid_arguments", `Importing: ${error.message.slice(0, 500)}.`);
	}
	return refuse("sql_limit_exceeded", "Importing: it is nested too deeply or needs too much memory, wanted less.");
};
