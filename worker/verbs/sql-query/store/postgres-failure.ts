import type { ErrorCode } from "../../../../contract/errors.ts";
import { LIMITS } from "../../../../contract/limits.ts";
import type { PostgresAccess } from "../../store-access.ts";
import { type StoreFailure, storeFailure } from "./store-failure.ts";

/** Classes of SQLSTATE that speak of the statement and its data: cardinality, data, syntax and access, what the cursor and the transaction do not take. */
const OF_THE_STATEMENT: ReadonlyMap<string, ErrorCode> = new Map([
	["0A", "sql_denied"],
	["21", "invalid_arguments"],
	["22", "invalid_arguments"],
	["25", "sql_denied"],
	["42", "invalid_arguments"],
	["54", "sql_limit_exceeded"],
]);
const ACCESS = "42501";
const CANCELLED = "57014";
/** A protocol violation: of ours, only the number of parameters can be one. */
const PARAMETERS = "08P01";

const text = (error: unknown, field: "code" | "message"): string => {
	if (typeof error !== "object" || error === null) return "";
	const value: unknown = new Map<string, unknown>(Object.entries({ ...error, message: error instanceof Error ? error.message : "" })).get(
		field,
	);
	return typeof value === "string" ? value : "";
};

/**
 * What the program is told. The server's own words only where they are about the statement; of everything else (network, log-in, the server's own state) one
 * sentence, since such words name hosts, roles and databases.
 * @param wallMs the time that the statement had
 * @param whose `program`: it wrote the statement. `grant`: it did not, and the server's words would quote the statement and values of rows that it does not show.
 */
export const postgresFailure = (error: unknown, access: PostgresAccess, wallMs: number, whose: "program" | "grant"): StoreFailure => {
	const state = text(error, "code");
	if (state === CANCELLED)
		return storeFailure("sql_limit_exceeded", `Running SQL: it took more than ${wallMs} ms, wanted less; narrow what it reads or joins.`);
	if (state === PARAMETERS)
		return storeFailure("invalid_arguments", "Running SQL: found other parameters than the statement has, wanted one for each $1, $2 …");
	const code = state.length === 5 ? OF_THE_STATEMENT.get(state.slice(0, 2)) : undefined;
	if (code === undefined) {
		const shown = /^[0-9A-Z]{5}$/.test(state) ? ` (SQLSTATE ${state})` : "";
		return storeFailure("upstream_failed", `Running SQL: the store's database could not carry it out${shown}.`);
	}
	if (whose === "grant")
		return storeFailure(state === ACCESS ? "sql_denied" : code, `Running SQL: the query failed with these parameters (SQLSTATE ${state}).`);
	const message = `Running SQL: ${redact(text(error, "message"), access)} (SQLSTATE ${state}).`;
	return storeFailure(state === ACCESS ? "sql_denied" : code, message.slice(0, LIMITS.errorMessageChars));
};

/** The operator's names stand quoted in the server's words. */
const redact = (message: string, { user, password, database }: PostgresAccess): string => {
	let shown = message;
	for (const name of [user, database]) if (name !== "") shown = shown.replaceAll(`"${name}"`, '"…"');
	return password.length < LIMITS.injectedSecretBytes.min ? shown : shown.replaceAll(password, "…");
};
