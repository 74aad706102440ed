import type { SqliteModule } from "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs";
import { LIMITS } from "../../contract/limits.ts";
import { replaceQuadraticFunctions } from "./linear-functions.ts";
import { CONFIG, LIMIT, OPEN, RESULT, VERDICT } from "./sqlite-codes.ts";
import { Statement } from "./statement.ts";

/** SQLite refused something. `code` is its extended result code; the message is SQLite's own. */
export class SqliteError extends Error {
	readonly code: number;

	constructor(code: number, message: string) {
		super(message);
		this.name = "SqliteError";
		this.code = code;
	}
}

/** What the authorizer is asked. What does not apply to an action is an empty string. `context` is the view or table expression that an access stands in. */
export interface Access {
	readonly action: number;
	readonly first: string;
	readonly second: string;
	readonly database: string;
	readonly context: string;
}

/** Cache of pages of a dataset, KiB, as SQLite wants it: negative. */
const CACHE_KIB = -16 * 1024;

/** One SQLite connection, hardened: no triggers, no extensions, no modules beyond what SQLite brings by itself, values and statements bounded. */
export class Connection {
	readonly #module: SqliteModule;
	readonly #db: number;

	/** @param path `:memory:`, or the dataset's file as the VFS has it mounted. @throws SqliteError */
	constructor(module: SqliteModule, path: string) {
		this.#module = module;
		const out = module._sqlite3_malloc(4);
		const name = this.#text(path);
		const rc = module._sqlite3_open_v2(name, out, OPEN.readWrite | OPEN.create, 0);
		this.#db = new DataView(module.HEAPU8.buffer).getInt32(out, true);
		module._sqlite3_free(name);
		module._sqlite3_free(out);
		this.#check(rc);
		module._sqlite3_drop_modules(this.#db, 0);
		replaceQuadraticFunctions(module, this.#db);
		for (const option of [
			CONFIG.triggers,
			CONFIG.tokenizer,
			CONFIG.loadExtension,
			CONFIG.writableSchema,
			CONFIG.trustedSchema,
			CONFIG.foreignKeys,
		])
			this.#configure(option, 0);
	}

	/** Sets what a statement that is not ours may take. Called when our own set-up is done: nothing can be attached from then on. */
	bound(): void {
		const limits: readonly (readonly [number, number])[] = [
			[LIMIT.length, LIMITS.sqlValueBytes],
			[LIMIT.sqlLength, LIMITS.importSqlChars * 4],
			[LIMIT.column, LIMITS.sqlColumns],
			[LIMIT.compoundSelect, LIMITS.sqlCompoundTerms],
			[LIMIT.operations, LIMITS.sqlOperations],
			[LIMIT.functionArguments, LIMITS.sqlFunctionArguments],
			[LIMIT.attached, 0],
			[LIMIT.patternLength, LIMITS.sqlPatternBytes],
			[LIMIT.variables, LIMITS.sqlParams],
			[LIMIT.triggerDepth, 1],
			[LIMIT.workerThreads, 0],
			[LIMIT.parserDepth, LIMITS.sqlParserDepth],
		];
		for (const [id, value] of limits) this.#module._sqlite3_limit(this.#db, id, value);
		// From here on: it would also keep our own pragmas from turning the journal off.
		this.#configure(CONFIG.defensive, 1);
	}

	/** Who is asked before each access that a statement names, while it is compiled. A throw within it denies. */
	authorize(decide: (access: Access) => number): void {
		const read = (pointer: number): string => (pointer === 0 ? "" : this.#module.UTF8ToString(pointer));
		this.#check(
			this.#module.set_authorizer(
				this.#db,
				(_app, action, first, second, database, context) => {
					try {
						return decide({ action, first: read(first), second: read(second), database: read(database), context: read(context) });
					} catch {
						return VERDICT.deny;
					}
				},
				0,
			),
		);
	}

	/** Calls `interrupts` after every so many steps; true ends the statement. */
	watch(interrupts: () => boolean): void {
		this.#module.progress_handler(this.#db, LIMITS.sqlStepsBetweenLooks, () => (interrupts() ? 1 : 0), 0);
	}

	/** Runs our own statements. @throws SqliteError */
	exec(sql: string): void {
		let rest = new TextEncoder().encode(sql);
		while (rest.length > 0) {
			const { statement, tail } = this.prepare(rest);
			rest = rest.subarray(tail);
			if (statement === null) continue;
			try {
				while (statement.step());
			} finally {
				statement.finalize();
			}
		}
	}

	/**
	 * Runs a whole script that somebody wrote; its rows are dropped.
	 * @param onStatement called with the count of statements so far, each time one has ended. @throws SqliteError
	 */
	script(text: Uint8Array, onStatement: (count: number) => void): void {
		const module = this.#module;
		const start = module._malloc(text.length + 1);
		if (start === 0) throw new SqliteError(RESULT.noMemory, "out of memory");
		const end = start + text.length;
		module.HEAPU8.set(text, start);
		module.HEAPU8[end] = 0;
		try {
			let count = 0;
			for (let at = start; at < end; ) {
				const { statement, tail } = this.#prepareAt(at, end + 1 - at);
				at = tail;
				if (statement === null) continue;
				try {
					while (statement.step());
				} finally {
					statement.finalize();
				}
				count += 1;
				onStatement(count);
			}
		} finally {
			module._free(start);
		}
	}

	/** Runs a statement of ours with a text of a tenant in it. @throws SqliteError also when the text makes it more than one */
	execOne(sql: string): void {
		const bytes = new TextEncoder().encode(sql);
		const { statement, tail } = this.prepare(bytes);
		try {
			if (statement === null || tail !== bytes.length) throw new SqliteError(RESULT.error, "the text is more than one expression");
			statement.step();
		} finally {
			statement?.finalize();
		}
	}

	/** Compiles a statement and does not run it. @throws SqliteError */
	check(sql: string): void {
		this.prepare(new TextEncoder().encode(sql)).statement?.finalize();
	}

	/** Rows of one of our own statements. @throws SqliteError */
	rows(sql: string): unknown[][] {
		const { statement } = this.prepare(new TextEncoder().encode(sql));
		if (statement === null) return [];
		try {
			const rows: unknown[][] = [];
			while (statement.step()) rows.push(statement.row());
			return rows;
		} finally {
			statement.finalize();
		}
	}

	/**
	 * Compiles the first statement of the text.
	 * @returns null for a statement when there are only blanks and comments, and how many bytes were read. @throws SqliteError
	 */
	prepare(sql: Uint8Array): { statement: Statement | null; tail: number } {
		const module = this.#module;
		const text = module._malloc(sql.length + 1);
		if (text === 0) throw new SqliteError(RESULT.noMemory, "out of memory");
		try {
			module.HEAPU8.set(sql, text);
			module.HEAPU8[text + sql.length] = 0;
			const { statement, tail } = this.#prepareAt(text, sql.length + 1);
			return { statement, tail: tail - text };
		} finally {
			module._free(text);
		}
	}

	/** @param bytes with the NUL at the end: SQLite then reads the text where it is, without a copy of the rest for each statement. */
	#prepareAt(text: number, bytes: number): { statement: Statement | null; tail: number } {
		const module = this.#module;
		const out = module._malloc(8);
		if (out === 0) throw new SqliteError(RESULT.noMemory, "out of memory");
		try {
			this.#check(module._sqlite3_prepare_v3(this.#db, text, bytes, 0, out, out + 4));
			const view = new DataView(module.HEAPU8.buffer);
			const handle = view.getInt32(out, true);
			const statement = handle === 0 ? null : new Statement(module, handle, (rc) => this.#check(rc));
			return { statement, tail: view.getInt32(out + 4, true) };
		} finally {
			module._free(out);
		}
	}

	changes(): number {
		return this.#module._sqlite3_changes(this.#db);
	}

	close(): void {
		this.#module._sqlite3_close_v2(this.#db);
	}

	#configure(option: number, value: number): void {
		const variadic = this.#module._sqlite3_malloc(12);
		const view = new DataView(this.#module.HEAPU8.buffer);
		view.setInt32(variadic, value, true);
		view.setInt32(variadic + 4, variadic + 8, true);
		const rc = this.#module._sqlite3_db_config(this.#db, option, variadic);
		const set = new DataView(this.#module.HEAPU8.buffer).getInt32(variadic + 8, true);
		this.#module._sqlite3_free(variadic);
		this.#check(rc);
		if (set !== value) throw new Error(`Hardening SQLite: option ${option} is ${set}, wanted ${value}.`);
	}

	#text(text: string): number {
		const bytes = new TextEncoder().encode(`${text}\0`);
		const pointer = this.#module._sqlite3_malloc(bytes.length);
		this.#module.HEAPU8.set(bytes, pointer);
		return pointer;
	}

	#check(rc: number): void {
		if (rc === RESULT.ok) return;
		const code = this.#module._sqlite3_extended_errcode(this.#db) || rc;
		throw new SqliteError(code, this.#module.UTF8ToString(this.#module._sqlite3_errmsg(this.#db)));
	}
}

/**
 * Pragmas for a connection that reads, and for one that writes a file that is thrown away whole when a statement fails. `count_changes` is there for
 * what it turns off: INSERT INTO a SELECT * FROM b would otherwise copy b page by page, and the authorizer would never hear of b.
 */
export const readingPragmas = (schema: string): string =>
	`PRAGMA ${schema}.locking_mode = EXCLUSIVE; PRAGMA ${schema}.cache_size = ${CACHE_KIB};`;
export const writingPragmas = (schema: string): string =>
	`PRAGMA count_changes = 1; ${readingPragmas(schema)} PRAGMA ${schema}.journal_mode = OFF; PRAGMA ${schema}.synchronous = OFF;`;
