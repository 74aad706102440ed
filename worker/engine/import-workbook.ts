import { LIMITS } from "../../contract/limits.ts";
import type { Connection } from "./connection.ts";
import { columnNames, tableName } from "./dataset-names.ts";
import type { ImportedTable } from "./engine-protocol.ts";
import { ImportError, TableWriter } from "./table-writer.ts";

/**
 * Takes an XLSX workbook: each sheet that is not empty becomes a table, its first row the header.
 * @throws ImportError, SqliteError
 */
export const importWorkbook = async (
	connection: Connection,
	taken: ReadonlySet<string>,
	source: ReadableStream<Uint8Array>,
): Promise<ImportedTable[]> => {
	const bytes = await readAll(source);
	checkZip(bytes);
	const { readWorkbook } = await import("xlsx.js");
	let sheets: ReturnType<typeof readWorkbook>;
	try {
		sheets = readWorkbook(bytes);
	} catch {
		throw new ImportError("the workbook cannot be read, wanted XLSX");
	}
	const names = new Set(taken);
	const tables: ImportedTable[] = [];
	for (const { name, rows } of sheets) {
		const [header, ...records] = rows;
		if (header === undefined) continue;
		if (names.size >= LIMITS.datasetTables)
			throw new ImportError(`there are more than ${LIMITS.datasetTables} tables, wanted at most that`);
		const width = Math.max(header.length, 0);
		if (width > LIMITS.sqlColumns)
			throw new ImportError(`sheet ${name.slice(0, 60)}: found ${width} columns, wanted at most ${LIMITS.sqlColumns}`);
		const table = tableName(name, names);
		names.add(table.toLowerCase());
		const writer = new TableWriter(connection, table, columnNames(header.map((cell) => String(cell ?? ""))), false);
		try {
			for (const [index, record] of records.entries()) {
				const extra = record.slice(width).findIndex((cell) => cell !== null);
				if (extra >= 0)
					throw new ImportError(
						`sheet ${name.slice(0, 60)}, row ${index + 2}: found a value beyond the header's ${width} columns, wanted none`,
					);
				writer.add(
					record.map((cell) => (cell === "" ? null : cell)),
					`sheet ${name.slice(0, 60)}, row ${index + 2}`,
				);
			}
			tables.push(writer.finish());
		} finally {
			writer.dispose();
		}
	}
	if (tables.length === 0) throw new ImportError("the workbook has no sheet with a header row, wanted one");
	return tables;
};

const readAll = async (source: ReadableStream<Uint8Array>): Promise<Uint8Array> => {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of source) {
		size += chunk.length;
		if (size > LIMITS.workbookBytes.sent)
			throw new ImportError(`the workbook is larger than ${LIMITS.workbookBytes.sent} bytes, wanted at most that; save it as CSV`);
		chunks.push(chunk);
	}
	const bytes = new Uint8Array(size);
	let offset = 0;
	for (const chunk of chunks) {
		bytes.set(chunk, offset);
		offset += chunk.length;
	}
	return bytes;
};

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;

/** Reads the ZIP's directory (APPNOTE 4.3.12, 4.3.16) and refuses what would unfold to more than the bound, before anything is unfolded. */
const checkZip = (bytes: Uint8Array): void => {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const first = Math.max(0, bytes.length - END_BYTES - 0xffff);
	let end = bytes.length - END_BYTES;
	while (end >= first && view.getUint32(end, true) !== END_SIGNATURE) end -= 1;
	if (end < first || end < 0) throw new ImportError("the file is no ZIP, wanted XLSX");
	const entries = view.getUint16(end + 10, true);
	let at = view.getUint32(end + 16, true);
	let unfolded = 0;
	for (let index = 0; index < entries; index += 1) {
		if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY_SIGNATURE)
			throw new ImportError("the file's ZIP directory is broken, wanted XLSX");
		unfolded += view.getUint32(at + 24, true);
		at += ENTRY_BYTES + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
	}
	if (unfolded > LIMITS.workbookBytes.unfolded)
		throw new ImportError(`the workbook unfolds to ${unfolded} bytes, wanted at most ${LIMITS.workbookBytes.unfolded}; save it as CSV`);
};
