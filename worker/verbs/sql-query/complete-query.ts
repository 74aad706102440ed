import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext, Resources, VerbOutcome } from "../verb.ts";
import { type EngineRows, readEngineAnswer, rowObject } from "./engine-rows.ts";
import { rowsContent } from "./rows-content.ts";
import type { RowsAs } from "./sql-arguments.ts";

/** What a method gives the program of an engine's rows. */
export type Shape = (rows: EngineRows, context: CallContext) => Promise<VerbOutcome> | VerbOutcome;

/** Turns an engine's answer into the call's outcome. */
export const completeWith =
	(shape: Shape) =>
	async (answer: string, context: CallContext): Promise<VerbOutcome> => {
		const read = readEngineAnswer(answer);
		return read.kind === "failed" ? { ...read, cost: {} } : await shape(read, context);
	};

const done = (value: unknown): VerbOutcome => ({ kind: "done", value, cost: {} });

/** An object a row. */
export const asObjects: Shape = ({ columns, rows }) => done(rows.map((row) => rowObject(columns, row)));

/** Columns once, an array a row. */
export const asArrays: Shape = ({ columns, rows }) => done({ columns, rows });

/** What a statement changed, and the version that it made. */
export const asChanges =
	(dataset: string): Shape =>
	({ changes }, { resources }) =>
		done(changesValue(changes, dataset, resources));

/** What a dry run answers in place of rows where a person would be asked: none, in the shape that was asked for. */
export const plannedRows = (as: RowsAs, inIsolate: Shape): unknown => {
	if (as.kind === "handle") return { handle: "", bytes: 0, type: "application/octet-stream", columns: [], rowCount: 0 };
	return inIsolate === asArrays ? { columns: [], rows: [] } : [];
};

/** What a statement that changes a dataset answers. @param resources have the dataset's description, with its version. */
export const changesValue = (changes: number, dataset: string, resources: Resources): { changes: number; version: unknown } => {
	const described = resources.get(`dataset/${dataset}`);
	return { changes, version: typeof described === "object" && described !== null && "version" in described ? described.version : null };
};

/** A handle to the rows, which stay on the host. */
const asHandle =
	(format: "csv" | "json"): Shape =>
	async (rows, context) => {
		const { bytes, type } = rowsContent(rows, format);
		const storing = await context.contents.store(bytes, { type, mostBytes: LIMITS.contentBytes });
		if (storing.kind === "stored") return done({ ...storing.handle, columns: rows.columns, rowCount: rows.rows.length });
		return { kind: "failed", code: "response_too_large", message: `Keeping the rows on the host: ${storing.message}`, cost: {} };
	};

export const shapeFor = (as: RowsAs, inIsolate: Shape): Shape => (as.kind === "handle" ? asHandle(as.format) : inIsolate);
