import { LIMITS } from "../../../../contract/limits.ts";
import { encodeValue } from "../../../../contract/tagged-json.ts";
import { distinctColumns } from "../distinct-columns.ts";
import type { EngineRows } from "../engine-rows.ts";
import { type StoreFailure, storeFailure } from "./store-failure.ts";

/** What one answer of a store may be and take. */
export interface StoreLimits {
	readonly rows: number;
	/** Of the rows as JSON. */
	readonly bytes: number;
	readonly wallMs: number;
}

/** Rows within the limits, or the refusal. */
export const boundRows = (
	columns: readonly string[],
	rows: readonly (readonly unknown[])[],
	limits: StoreLimits,
): EngineRows | StoreFailure => {
	if (rows.length > limits.rows) return tooManyRows(limits);
	const encoding = encodeValue(rows, { bytes: limits.bytes, nodes: LIMITS.valueNodes });
	if (encoding.kind === "encoded") return { kind: "rows", columns: distinctColumns(columns), rows, changes: 0 };
	return encoding.code === "too_large" ? tooManyBytes(limits) : storeFailure("response_too_large", `Reading the rows: ${encoding.message}`);
};

export const tooManyRows = (limits: StoreLimits): StoreFailure =>
	storeFailure("sql_limit_exceeded", `Running SQL: it gives more than ${limits.rows} rows, wanted fewer; add a LIMIT.`);

export const tooManyBytes = (limits: StoreLimits): StoreFailure =>
	storeFailure("sql_limit_exceeded", `Running SQL: it gives more than ${limits.bytes} bytes, wanted fewer; ask for fewer rows or columns.`);
