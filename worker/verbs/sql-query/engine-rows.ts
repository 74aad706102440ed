import { readBoundedJson } from "../../../contract/bounded-json.ts";
import type { ErrorCode } from "../../../contract/errors.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { EngineAnswer } from "../../engine/engine-protocol.ts";
import { distinctColumns } from "./distinct-columns.ts";

/** Rows as an engine gave them, as host values. `columns` are distinct: a name that comes again has a number behind it. */
export interface EngineRows {
	readonly kind: "rows";
	readonly columns: readonly string[];
	readonly rows: readonly (readonly unknown[])[];
	readonly changes: number;
}
export type ReadAnswer = EngineRows | { kind: "failed"; code: ErrorCode; message: string };

/** Rows times columns that are looked at: more cannot become an answer. */
const ROW_NODES = LIMITS.valueNodes + LIMITS.sqlRows.max + 1;

/** Reads what an engine answered. It comes out of the run's own process, which may say anything: whatever is no answer is a failure. */
export const readEngineAnswer = (text: string): ReadAnswer => {
	const read = readBoundedJson(text, { depth: 8, nodes: LIMITS.valueNodes });
	const answer = EngineAnswer.safeParse(read.kind === "value" ? read.value : null);
	if (!answer.success) return malformed("it is not what the protocol says");
	if (answer.data.kind === "refused") {
		const { code, message } = answer.data;
		return { kind: "failed", code, message: message.slice(0, LIMITS.errorMessageChars) };
	}
	const { columns, rows: rowsText, changes } = answer.data;
	if (columns.length > LIMITS.sqlColumns) return malformed("it has too many columns");
	const decoded = decodeValue(rowsText, { bytes: LIMITS.sqlAnswerBytes.max, nodes: ROW_NODES });
	if (decoded.kind === "refused") {
		return { kind: "failed", code: "response_too_large", message: `Reading the rows: ${decoded.why}; wanted fewer rows or columns` };
	}
	const rows = Array.isArray(decoded.value) ? decoded.value : [];
	if (rows.length > LIMITS.sqlRows.max || !rows.every((row) => Array.isArray(row) && row.length === columns.length))
		return malformed("its rows are not as wide as its columns");
	return { kind: "rows", columns: distinctColumns(columns), rows, changes };
};

const malformed = (why: string): ReadAnswer => ({ kind: "failed", code: "internal", message: `Reading an engine's answer: ${why}` });

/** A row as an object whose own properties are the columns, whatever their names are. */
export const rowObject = (columns: readonly string[], row: readonly unknown[]): Record<string, unknown> =>
	Object.fromEntries(columns.map((column, index) => [column, row[index]]));
