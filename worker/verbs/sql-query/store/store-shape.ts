import { type Shape, shapeFor } from "../complete-query.ts";
import type { RowsAs } from "../sql-arguments.ts";

/** As `shapeFor`; what stays on the host is text, so that a Date or a json value reads in CSV as it does in JSON. */
export const storeShape =
	(as: RowsAs, inIsolate: Shape): Shape =>
	(rows, context) =>
		shapeFor(as, inIsolate)(
			as.kind === "rows" ? rows : { ...rows, rows: rows.rows.map((row) => row.map((value) => plain(value, as.format))) },
			context,
		);

const plain = (value: unknown, format: "csv" | "json"): unknown => {
	if (value instanceof Date) return value.toISOString();
	const structured = typeof value === "object" && value !== null && !(value instanceof Uint8Array);
	return structured && format === "csv" ? JSON.stringify(value) : value;
};
