import { z } from "zod";

/** Rows of an object's SQLite, each parsed: what is stored is a boundary too. */
export const readRows = <Shape extends z.ZodType>(
	sql: SqlStorage,
	shape: Shape,
	query: string,
	...bindings: SqlStorageValue[]
): z.output<Shape>[] =>
	sql
		.exec(query, ...bindings)
		.toArray()
		.map((row) => shape.parse(row));

/** The first row, or null. */
export const readRow = <Shape extends z.ZodType>(
	sql: SqlStorage,
	shape: Shape,
	query: string,
	...bindings: SqlStorageValue[]
): z.output<Shape> | null => readRows(sql, shape, query, ...bindings)[0] ?? null;

/** A column that holds JSON text of a shape. What is none is an issue like any other, and no message shows it. */
export const jsonColumn = <Shape extends z.ZodType>(shape: Shape) => z.string().transform(parseJson).pipe(shape);

const parseJson = (text: string, context: z.RefinementCtx): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		context.addIssue({ code: "custom", message: "wanted JSON text", input: null });
		return z.NEVER;
	}
};
