import { LIMITS } from "../../../../contract/limits.ts";
import type { PostgresAccess } from "../../store-access.ts";
import type { EngineRows } from "../engine-rows.ts";
import { ROLE_QUERY, strongRole } from "./check-role.ts";
import { boundRows, type StoreLimits, tooManyBytes, tooManyRows } from "./bound-rows.ts";
import { postgresFailure } from "./postgres-failure.ts";
import { openSession, type PostgresSession, type RawRows } from "./postgres-session.ts";
import { postgresValue } from "./postgres-value.ts";
import { type StoreFailure, storeFailure } from "./store-failure.ts";

export interface StoreQuery {
	readonly sql: string;
	/** In PostgreSQL's text format. */
	readonly params: readonly (string | null)[];
	readonly limits: StoreLimits;
	/** Who wrote the statement, and so may read the server's words about it. */
	readonly whose: "program" | "grant";
}

/** What opens the transaction. The settings make values read one way and bound what a lost connection would hold. */
export const opening = (wallMs: number): string => `begin transaction isolation level repeatable read, read only;
set local statement_timeout = ${wallMs}; set local lock_timeout = ${wallMs}; set local idle_in_transaction_session_timeout = ${wallMs + LIMITS.storeMarginMs};
set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local bytea_output = 'hex'; set local standard_conforming_strings = on;
${ROLE_QUERY}`;

/**
 * Runs one SELECT on a PostgreSQL server in a transaction that cannot write, by a cursor, and ends the transaction and the connection.
 *
 * Four walls, each enough for most of it: the role's own rights; the read-only transaction, whose snapshot is taken before the statement, so that it cannot be
 * made one that writes; `declare cursor`, which takes a SELECT (or VALUES, or WITH without changes) and nothing else; the extended protocol, which
 * takes one statement. A role that is more than a reader is refused before the statement is sent.
 */
export const queryPostgres = async (
	access: PostgresAccess,
	{ sql, params, limits, whose }: StoreQuery,
	signal: AbortSignal,
): Promise<EngineRows | StoreFailure> => {
	if (sql.includes("\0") || params.some((value) => value?.includes("\0")))
		return storeFailure("invalid_arguments", "Reading SQL: found a NUL character, wanted text without one.");
	const over = AbortSignal.any([signal, AbortSignal.timeout(limits.wallMs + LIMITS.storeMarginMs)]);
	const session = openSession(access, { mostBytes: limits.bytes * LIMITS.storeWireFactor + LIMITS.storeWireBytes, signal: over });
	try {
		return await select(session, { sql, params, limits });
	} catch (error) {
		if (session.overran()) return tooManyBytes(limits);
		if (over.aborted) return storeFailure("sql_limit_exceeded", `Running SQL: it took more than ${limits.wallMs} ms, wanted less.`);
		return postgresFailure(error, access, limits.wallMs, whose);
	} finally {
		await session.end();
	}
};

const select = async (session: PostgresSession, { sql, params, limits }: Omit<StoreQuery, "whose">): Promise<EngineRows | StoreFailure> => {
	if (strongRole(await session.command(opening(limits.wallMs))) !== null)
		return storeFailure("sql_denied", "Running SQL: the store's role may do more than read, wanted a reader; ask the platform's operator.");
	await session.statement(`declare rows no scroll cursor for ${sql}`, params);
	const raw = await session.statement(`fetch forward ${limits.rows + 1} from rows`, []);
	await session.command("rollback");
	return readRows(raw, limits);
};

const readRows = ({ columns, rows }: RawRows, limits: StoreLimits): EngineRows | StoreFailure => {
	if (rows.length > limits.rows) return tooManyRows(limits);
	// Before any of it is decoded: as text, values are at most about twice as long as in JSON (bytes in hex, blanks in json).
	const sent = rows.reduce((sum, row) => row.reduce((bytes, value) => bytes + (value?.byteLength ?? 0), sum), 0);
	if (sent > 2 * limits.bytes) return tooManyBytes(limits);
	const values = rows.map((row) => row.map((bytes, index) => (bytes === null ? null : postgresValue(columns[index]?.type ?? 0, bytes))));
	return boundRows(
		columns.map(({ name }) => name),
		values,
		limits,
	);
};
