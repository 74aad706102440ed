import { bytesToBase64 } from "../../contract/base64.ts";
import { decodeValue } from "../../contract/tagged-json.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type Connection, SqliteError } from "./connection.ts";
import type { EngineAnswer, EngineLimits, EngineRefusal } from "./engine-protocol.ts";
import type { OpenAccess } from "./open-access.ts";
import { RESULT } from "./sqlite-codes.ts";
import type { SqlValue, Statement } from "./statement.ts";

const encoder = new TextEncoder();
const MAX_INT64 = 2n ** 63n - 1n;

export const refuse = (code: EngineRefusal["code"], message: string): EngineRefusal => ({ kind: "refused", code, message });

/** Thrown within a run to end it; the message is ready to be shown. */
class Stop extends Error {
	readonly refusal: EngineRefusal;

	constructor(refusal: EngineRefusal) {
		super(refusal.message);
		this.refusal = refusal;
	}
}

/** What one statement may use, counted while it is compiled and while it runs. */
class Meter {
	#looks = 0;
	readonly #limits: EngineLimits;
	readonly #startedMs = Date.now();
	exceeded: "steps" | "wall" | null = null;

	constructor(limits: EngineLimits) {
		this.#limits = limits;
	}

	/** Called each `sqlStepsBetweenLooks` steps. @returns whether to stop */
	look(): boolean {
		this.#looks += 1;
		if (this.#looks * LIMITS.sqlStepsBetweenLooks > this.#limits.steps) this.exceeded = "steps";
		else if (Date.now() - this.#startedMs > this.#limits.wallMs) this.exceeded = "wall";
		return this.exceeded !== null;
	}
}

/**
 * Compiles one statement, binds its parameters, and collects its rows as tagged JSON until it ends or a limit is met.
 * @param params text of tagged JSON
 * @throws SqliteError what SQLite refused, and whatever a broken Wasm instance throws
 */
export const runStatement = (
	{ connection, admits }: OpenAccess,
	sql: string,
	params: string,
	limits: EngineLimits,
	write: boolean,
): EngineAnswer => {
	const meter = new Meter(limits);
	connection.watch(() => meter.look());
	let statement: Statement | null = null;
	try {
		statement = compileOne(connection, sql, write, admits);
		bindAll(statement, params);
		return collect(connection, statement, limits);
	} catch (error) {
		if (error instanceof Stop) return error.refusal;
		if (error instanceof SqliteError && (error.code & 0xff) === RESULT.interrupted && meter.exceeded !== null)
			return meter.exceeded === "steps"
				? refuse("sql_limit_exceeded", `Running SQL: it took more than ${limits.steps} steps, wanted fewer; narrow what it reads or joins.`)
				: refuse("sql_limit_exceeded", `Running SQL: it took more than ${limits.wallMs} ms, wanted less; narrow what it reads or joins.`);
		throw error;
	} finally {
		statement?.finalize();
	}
};

const compileOne = (connection: Connection, sql: string, write: boolean, admits: OpenAccess["admits"]): Statement => {
	if (sql.includes("\0")) throw new Stop(refuse("invalid_arguments", "Reading SQL: found a NUL character, wanted text without one."));
	const bytes = encoder.encode(sql);
	const { statement, tail } = connection.prepare(bytes);
	if (statement === null) throw new Stop(refuse("invalid_arguments", "Reading SQL: found no statement, wanted one."));
	try {
		if (!isBlank(connection, bytes.subarray(tail)))
			throw new Stop(refuse("invalid_arguments", "Reading SQL: found text after the first statement, wanted one statement a query."));
		if (statement.explains) throw new Stop(refuse("sql_denied", "Running SQL: EXPLAIN is not allowed, wanted the statement itself."));
		if (!write && !statement.readonly)
			throw new Stop(refuse("sql_denied", "Running SQL: the statement writes, wanted one that reads: the grant reads only."));
		if (!admits(statement))
			throw new Stop(
				refuse("sql_denied", "Running SQL: the statement opens a table that is not granted, wanted the tables of the grant alone."),
			);
		if (write && statement.readonly)
			throw new Stop(
				refuse("invalid_arguments", "Running SQL: the statement only reads, wanted one that changes the dataset; for rows there is query."),
			);
		return statement;
	} catch (error) {
		statement.finalize();
		throw error;
	}
};

/** Whether only blanks, semicolons and comments are left: SQLite's own reading, at most once for each semicolon run. */
const isBlank = (connection: Connection, rest: Uint8Array): boolean => {
	let start = 0;
	while (start < rest.length && /[\s;]/.test(String.fromCharCode(rest[start] ?? 0))) start += 1;
	if (start === rest.length) return true;
	try {
		const { statement } = connection.prepare(rest.subarray(start));
		statement?.finalize();
		return statement === null;
	} catch {
		return false;
	}
};

const bindAll = (statement: Statement, text: string): void => {
	const decoding = decodeValue(text, { bytes: LIMITS.sqlParamBytes, depth: 4, nodes: LIMITS.sqlParams * 2 + 2 });
	if (decoding.kind === "refused") throw badParams(decoding.why);
	const given = decoding.value;
	const names = statement.parameters;
	if (Array.isArray(given)) {
		if (given.length !== names.length) throw badParams(`found ${given.length} values, wanted ${names.length}`);
		for (const [index, value] of given.entries()) statement.bind(index + 1, sqlValue(value, `[${index}]`));
		return;
	}
	if (
		typeof given !== "object" ||
		given === null ||
		given instanceof Map ||
		given instanceof Set ||
		given instanceof Uint8Array ||
		given instanceof Date
	)
		throw badParams("found neither a list nor an object of values");
	const values = new Map<string, unknown>(Object.entries(given));
	for (const [index, name] of names.entries()) {
		const key = name.slice(1);
		if (!values.has(key)) throw badParams(name === "" ? "found an object for a ? parameter, wanted a list" : `found no value for ${name}`);
		statement.bind(index + 1, sqlValue(values.get(key), `.${key}`));
	}
	const known = new Set(names.map((name) => name.slice(1)));
	const unknown = [...values.keys()].find((key) => !known.has(key));
	if (unknown !== undefined) throw badParams(`found a value for ${unknown.slice(0, 60)}, which the statement has no parameter for`);
};

const badParams = (what: string): Stop => new Stop(refuse("invalid_arguments", `Binding parameters: ${what}.`));

const sqlValue = (value: unknown, path: string): SqlValue => {
	if (value === null || typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array) return value;
	if (typeof value === "number") return value;
	if (typeof value === "bigint" && value <= MAX_INT64 && value >= -MAX_INT64 - 1n) return value;
	throw badParams(`${path.slice(0, 60)}: wanted null, a number, text, a boolean, a 64-bit BigInt or bytes`);
};

const collect = (connection: Connection, statement: Statement, limits: EngineLimits): EngineAnswer => {
	const columns = statement.columns;
	if (!statement.readonly && columns.length === 1 && COUNTED.has(columns[0] ?? "")) return collectChanges(connection, statement);
	const rows: string[] = [];
	let bytes = 2;
	while (statement.step()) {
		if (rows.length === limits.rows)
			throw new Stop(refuse("response_too_large", `Reading rows: found more than ${limits.rows}, wanted fewer; say LIMIT, or aggregate.`));
		const row = `[${statement.row().map(encodeSqlValue).join(",")}]`;
		bytes += byteLength(row) + 1;
		if (bytes > limits.bytes)
			throw new Stop(
				refuse(
					"response_too_large",
					`Reading rows: found more than ${limits.bytes} bytes by row ${rows.length + 1}, wanted fewer; say LIMIT, or select fewer columns.`,
				),
			);
		rows.push(row);
	}
	const changes = statement.readonly || columns.length === 0 ? 0 : connection.changes();
	return { kind: "rows", columns, rows: `[${rows.join(",")}]`, rowCount: rows.length, changes, steps: statement.steps, bytes };
};

/** Columns of the one row that `count_changes` makes of a statement that writes (connection, writingPragmas). */
const COUNTED: ReadonlySet<string> = new Set(["rows inserted", "rows updated", "rows deleted"]);

const collectChanges = (connection: Connection, statement: Statement): EngineAnswer => {
	while (statement.step());
	return { kind: "rows", columns: [], rows: "[]", rowCount: 0, changes: connection.changes(), steps: statement.steps, bytes: 2 };
};

/** One value as tagged JSON (docs/design/values.md). */
const encodeSqlValue = (value: SqlValue): string => {
	if (typeof value === "string") return JSON.stringify(value);
	if (typeof value === "number") {
		if (Object.is(value, -0)) return '{"$number":"-0"}';
		return Number.isFinite(value) ? String(value) : `{"$number":"${value}"}`;
	}
	if (typeof value === "bigint") return `{"$bigint":"${value}"}`;
	if (value instanceof Uint8Array) return `{"$bytes":"${bytesToBase64(value)}","as":"Uint8Array"}`;
	return String(value);
};

const byteLength = (text: string): number => {
	let bytes = text.length;
	for (let index = 0; index < text.length; index += 1) {
		const code = text.charCodeAt(index);
		if (code > 0x7f) bytes += code > 0x7ff ? (code >= 0xd800 && code < 0xe000 ? 1 : 2) : 1;
	}
	return bytes;
};
