/** The synchronous build of the package, as far as the engine uses it. Pointers and handles are numbers; the package has no types for this layer. */
declare module "@journeyapps/wa-sqlite/dist/wa-sqlite.mjs" {
	/** What the Wasm module is given and what comes back from it. */
	export interface SqliteModule {
		readonly HEAPU8: Uint8Array;
		UTF8ToString(pointer: number): string;
		getTempRet0(): number;
		vfs_register(vfs: object, makeDefault: boolean): number;
		set_authorizer(
			db: number,
			authorize: (app: number, action: number, p3: number, p4: number, p5: number, p6: number) => number,
			app: number,
		): number;
		_libfunction_create_function(
			db: number,
			name: number,
			count: number,
			flags: number,
			key: number,
			hasCall: number,
			hasStep: number,
			hasFinal: number,
		): number;
		setCallback(key: number, target: { xFunc(context: number, count: number, values: number): void }): void;
		_sqlite3_value_type(value: number): number;
		_sqlite3_value_text(value: number): number;
		_sqlite3_value_blob(value: number): number;
		_sqlite3_value_bytes(value: number): number;
		_sqlite3_result_null(context: number): void;
		_sqlite3_result_int(context: number, value: number): void;
		_sqlite3_result_text(context: number, text: number, bytes: number, destructor: number): void;
		_sqlite3_result_blob(context: number, blob: number, bytes: number, destructor: number): void;
		_sqlite3_result_error_nomem(context: number): void;
		_sqlite3_result_error_toobig(context: number): void;
		progress_handler(db: number, operations: number, handler: (app: number) => number, app: number): void;
		_malloc(bytes: number): number;
		_free(pointer: number): void;
		_sqlite3_malloc(bytes: number): number;
		_sqlite3_free(pointer: number): void;
		_sqlite3_open_v2(name: number, db: number, flags: number, vfs: number): number;
		_sqlite3_close_v2(db: number): number;
		_sqlite3_limit(db: number, id: number, value: number): number;
		_sqlite3_db_config(db: number, option: number, variadic: number): number;
		_sqlite3_drop_modules(db: number, keep: number): number;
		_sqlite3_errmsg(db: number): number;
		_sqlite3_extended_errcode(db: number): number;
		_sqlite3_prepare_v3(db: number, sql: number, bytes: number, flags: number, statement: number, tail: number): number;
		_sqlite3_step(statement: number): number;
		_sqlite3_reset(statement: number): number;
		_sqlite3_clear_bindings(statement: number): number;
		_sqlite3_finalize(statement: number): number;
		_sqlite3_stmt_readonly(statement: number): number;
		_sqlite3_stmt_isexplain(statement: number): number;
		_sqlite3_stmt_explain(statement: number, mode: number): number;
		_sqlite3_stmt_status(statement: number, counter: number, reset: number): number;
		_sqlite3_changes(db: number): number;
		_sqlite3_bind_parameter_count(statement: number): number;
		_sqlite3_bind_parameter_name(statement: number, index: number): number;
		_sqlite3_bind_null(statement: number, index: number): number;
		_sqlite3_bind_double(statement: number, index: number, value: number): number;
		_sqlite3_bind_int64(statement: number, index: number, low: number, high: number): number;
		_sqlite3_bind_text(statement: number, index: number, text: number, bytes: number, destructor: number): number;
		_sqlite3_bind_blob(statement: number, index: number, blob: number, bytes: number, destructor: number): number;
		_sqlite3_column_count(statement: number): number;
		_sqlite3_column_name(statement: number, column: number): number;
		_sqlite3_column_type(statement: number, column: number): number;
		_sqlite3_column_double(statement: number, column: number): number;
		_sqlite3_column_int64(statement: number, column: number): number;
		_sqlite3_column_text(statement: number, column: number): number;
		_sqlite3_column_blob(statement: number, column: number): number;
		_sqlite3_column_bytes(statement: number, column: number): number;
	}
	export interface SqliteOptions {
		/** Where the Wasm would be fetched from: never used, but asked for. */
		locateFile(name: string): string;
		instantiateWasm(
			imports: Record<string, Record<string, WebAssembly.ImportValue>>,
			done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
		): WebAssembly.Exports;
	}
	const create: (options: SqliteOptions) => Promise<SqliteModule>;
	export default create;
}

/** The SQLite build, listed among the isolate's modules (worker/executor/engine-isolate-code). */
declare module "sqlite.wasm" {
	const module: WebAssembly.Module;
	export default module;
}
