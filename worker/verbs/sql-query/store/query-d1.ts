import { LIMITS } from "../../../../contract/limits.ts";
import type { D1Access } from "../../store-access.ts";
import type { EngineRows } from "../engine-rows.ts";
import { boundRows, type StoreLimits, tooManyRows } from "./bound-rows.ts";
import { type StoreFailure, storeFailure } from "./store-failure.ts";

export type D1Parameter = Parameters<D1Access["select"]>[1][number];

/** As a subquery: what does not read is no SQL there, and no more rows come than may. The line break ends a comment at the end of the text. */
const asSubquery = (sql: string, rows: number): string => `select * from (${sql}\n) limit ${rows}`;

/**
 * Runs one of the operator's queries on a D1 database. D1 has no limit of time that the caller sets: past `wallMs` the answer is waited for no longer,
 * and the statement ends by D1's own limit (on one machine: by itself).
 */
export const queryD1 = async (
	access: D1Access,
	{ sql, params, limits }: { sql: string; params: readonly D1Parameter[]; limits: StoreLimits },
	signal: AbortSignal,
): Promise<EngineRows | StoreFailure> => {
	const over = AbortSignal.any([signal, AbortSignal.timeout(limits.wallMs)]);
	try {
		const given = await Promise.race([access.select(asSubquery(sql, limits.rows + 1), params), ended(over)]);
		if (given === null) return storeFailure("sql_limit_exceeded", `Running SQL: it took more than ${limits.wallMs} ms, wanted less.`);
		if (given.rows.length > limits.rows) return tooManyRows(limits);
		return boundRows(
			given.columns,
			given.rows.map((row) => row.map(d1Value)),
			limits,
		);
	} catch {
		// D1's words quote the operator's statement, which a program has no business with.
		return storeFailure("upstream_failed", "Running SQL: the store's database could not carry it out.");
	}
};

/** Whether a query is one SELECT that the database can compile with so many parameters. Nothing of it runs. */
export const compilesOnD1 = async (access: D1Access, sql: string, params: number): Promise<boolean> => {
	try {
		await access.select(
			`explain ${asSubquery(sql, LIMITS.sqlRows.max)}`,
			Array.from({ length: params }, () => null),
		);
		return true;
	} catch {
		return false;
	}
};

const ended = (signal: AbortSignal): Promise<null> =>
	new Promise((resolve) => {
		if (signal.aborted) resolve(null);
		signal.addEventListener("abort", () => resolve(null));
	});

/** D1 gives a blob as an array of its bytes. */
const d1Value = (value: unknown): unknown => {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	return Array.isArray(value) ? Uint8Array.from(value, Number) : value;
};
