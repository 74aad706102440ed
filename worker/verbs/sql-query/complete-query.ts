import { LIMITS } from "../../../contract/limits.ts";
import type { CallContext, VerbOutcome } from "../verb.ts";
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
	({ changes }, context) => {
		const described = context.resources.get(`dataset/${dataset}`);
		const version = typeof described === "object" && described !== null && "version" in described ? described.version : null;
		return done({ changes, version });
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
