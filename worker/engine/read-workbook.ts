import { read, utils } from "@e965/xlsx";

/** One sheet: its rows from the first that holds something, its cells as they are; dates as ISO 8601 text, errors as NULL. */
export interface Sheet {
	readonly name: string;
	readonly rows: (null | string | number | boolean)[][];
}

/** The sheets of an XLSX workbook, formulas by their last value. @throws Error when it is none */
export const readWorkbook = (bytes: Uint8Array): Sheet[] => {
	const book = read(bytes, { type: "array", cellDates: true, cellFormula: false, cellHTML: false, cellText: false });
	return book.SheetNames.map((name) => {
		const sheet = book.Sheets[name];
		const rows =
			sheet === undefined ? [] : utils.sheet_to_json<unknown[]>(sheet, { header: 1, raw: true, defval: null, blankrows: false, UTC: true });
		return { name, rows: rows.map((row) => Array.from(row, cellValue)) };
	});
};

const cellValue = (cell: unknown): null | string | number | boolean => {
	if (cell instanceof Date) return Number.isFinite(cell.getTime()) ? cell.toISOString() : null;
	return typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean" ? cell : null;
};
