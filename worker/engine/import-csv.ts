import Papa from "papaparse";
import { LIMITS } from "../../contract/limits.ts";
import type { Connection } from "./connection.ts";
import { columnNames } from "./dataset-names.ts";
import type { ImportedTable } from "./engine-protocol.ts";
import { readText } from "./read-text.ts";
import { ImportError, TableWriter } from "./table-writer.ts";

/**
 * Takes a CSV (RFC 4180) with a header row into a table. An empty field is NULL, an empty line is skipped, a short record is filled with NULL; a record
 * with more fields than the header is an error that names its line.
 * @throws ImportError, SqliteError
 */
export const importCsv = async (
	connection: Connection,
	table: string,
	source: ReadableStream<Uint8Array>,
	given: string | undefined,
): Promise<ImportedTable> => {
	let writer: TableWriter | null = null;
	let width = 0;
	let line = 1;
	const take = (record: readonly string[]): void => {
		const at = line;
		line += 1;
		for (const field of record) if (field.includes("\n")) line += field.split("\n").length - 1;
		if (record.length === 1 && record[0] === "") return;
		if (writer === null) {
			width = record.length;
			writer = new TableWriter(connection, table, record.length > LIMITS.sqlColumns ? tooWide(record.length) : columnNames(record), true);
			return;
		}
		if (record.length > width) throw new ImportError(`line ${at}: found ${record.length} fields, wanted at most the header's ${width}`);
		writer.add(
			record.map((field) => (field === "" ? null : field)),
			`line ${at}`,
		);
	};
	try {
		for await (const record of records(source, given, () => line)) take(record);
		// Assigned within `take`, which the compiler does not follow.
		const filled: TableWriter | null = writer;
		return finished(filled);
	} catch (error) {
		disposed(writer);
		throw error;
	}
};

const finished = (writer: TableWriter | null): ImportedTable => {
	if (writer === null) throw new ImportError("there is no header row, wanted one");
	return writer.finish();
};

const disposed = (writer: TableWriter | null): void => writer?.dispose();

const tooWide = (columns: number): never => {
	throw new ImportError(`line 1: found ${columns} columns, wanted at most ${LIMITS.sqlColumns}`);
};

async function* records(
	source: ReadableStream<Uint8Array>,
	given: string | undefined,
	lineNow: () => number,
): AsyncGenerator<readonly string[]> {
	let rest = "";
	let parser: InstanceType<typeof Papa.Parser> | null = null;
	const parse = (text: string, last: boolean) => {
		parser ??= new Papa.Parser({ delimiter: given ?? guessDelimiter(text), newline: "\n", quoteChar: '"' });
		const result = parser.parse(text, 0, !last);
		const [error] = result.errors;
		if (error !== undefined) throw new ImportError(`line ${lineNow()} or one after it: ${error.message}; wanted quotes as in RFC 4180`);
		return result;
	};
	for await (const text of readText(source)) {
		rest += text;
		// The header decides the delimiter, so it must be whole.
		if (parser === null && !rest.includes("\n") && rest.length < LIMITS.importRecordChars) continue;
		const { data, meta } = parse(rest, false);
		yield* data;
		rest = rest.slice(meta.cursor);
		if (rest.length > LIMITS.importRecordChars)
			throw new ImportError(
				`line ${lineNow()}: found a record longer than ${LIMITS.importRecordChars} characters, wanted a shorter one; a quote may not be closed`,
			);
	}
	if (rest !== "") yield* parse(rest, true).data;
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** The one that stands most often in the header, outside of quotes. */
const guessDelimiter = (text: string): string => {
	const counts = new Map<string, number>();
	let quoted = false;
	for (const character of text.slice(0, LIMITS.importRecordChars)) {
		if (character === '"') quoted = !quoted;
		else if (!quoted && character === "\n") break;
		else if (!quoted) counts.set(character, (counts.get(character) ?? 0) + 1);
	}
	let best: string = ",";
	for (const delimiter of DELIMITERS) if ((counts.get(delimiter) ?? 0) > (counts.get(best) ?? 0)) best = delimiter;
	return best;
};
