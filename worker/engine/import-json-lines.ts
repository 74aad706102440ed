import { readBoundedJson } from "../../contract/bounded-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Connection } from "./connection.ts";
import { columnNames } from "./dataset-names.ts";
import type { ImportedTable } from "./engine-protocol.ts";
import { readText } from "./read-text.ts";
import type { SqlValue } from "./statement.ts";
import { ImportError, TableWriter } from "./table-writer.ts";

/**
 * Takes JSON lines into a table: one object a line, its keys the columns; a key that comes later becomes a column with NULL before it. Nested values are
 * kept as JSON text, booleans as 1 and 0. Empty lines are skipped.
 * @throws ImportError, SqliteError
 */
export const importJsonLines = async (
	connection: Connection,
	table: string,
	source: ReadableStream<Uint8Array>,
): Promise<ImportedTable> => {
	const writer = new TableWriter(connection, table, [], false);
	const columns = new Map<string, number>();
	const names: string[] = [];
	const take = (text: string, line: number): void => {
		const object = readObject(text, line);
		const row: SqlValue[] = [];
		for (const [key, value] of Object.entries(object)) {
			let index = columns.get(key);
			if (index === undefined) {
				if (names.length >= LIMITS.sqlColumns)
					throw new ImportError(`line ${line}: found more than ${LIMITS.sqlColumns} different keys, wanted at most that`);
				const name = columnNames([...names, key]).at(-1) ?? key;
				names.push(name);
				index = writer.addColumn(name);
				columns.set(key, index);
			}
			row[index] = sqlValue(value);
		}
		for (let index = 0; index < row.length; index += 1) row[index] ??= null;
		writer.add(row, `line ${line}`);
	};
	try {
		let line = 0;
		for await (const text of lines(source)) {
			line += 1;
			if (text.trim() !== "") take(text, line);
		}
		if (names.length === 0) throw new ImportError("there is no object with a key, wanted at least one");
		return writer.finish();
	} catch (error) {
		writer.dispose();
		throw error;
	}
};

async function* lines(source: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	let rest = "";
	let line = 1;
	for await (const text of readText(source)) {
		const parts = (rest + text).split("\n");
		rest = parts.pop() ?? "";
		line += parts.length;
		yield* parts;
		if (rest.length > LIMITS.importRecordChars)
			throw new ImportError(`line ${line}: found more than ${LIMITS.importRecordChars} characters, wanted a shorter line`);
	}
	if (rest !== "") yield rest;
}

const readObject = (text: string, line: number): object => {
	const read = readBoundedJson(text);
	if (read.kind === "refused") throw new ImportError(`line ${line}: ${read.why}, wanted one JSON object`);
	if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value))
		throw new ImportError(`line ${line}: found no object, wanted one JSON object`);
	return read.value;
};

const sqlValue = (value: unknown): SqlValue => {
	if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	return JSON.stringify(value);
};
