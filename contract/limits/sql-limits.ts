/** sql.query: the engine, datasets, attached stores. */
export const SQL_LIMITS = {
	// worker/engine: SQLite in an isolate of its own.
	/** Largest dataset, bytes of its SQLite image. It is held in memory beside the engine, and an isolate has 128 MiB. Enforced in engine/paged-file. */
	datasetBytes: 64 * 1024 * 1024,
	/** Most bytes that a draft's changed pages and SQLite's temporary files may take together. Enforced in engine/memory-vfs. */
	engineScratchBytes: 48 * 1024 * 1024,
	/** Most memory of the Wasm instance, bytes: page caches, sorters, the statement itself. Enforced in engine/sqlite-module. */
	engineHeapBytes: 48 * 1024 * 1024,
	/** Longest SQL text, characters: a longer one is data that belongs in a parameter. */
	sqlChars: 64 * 1024,
	/** Most parameters of one statement. */
	sqlParams: 1_000,
	/** Largest encoded parameters, bytes. */
	sqlParamBytes: 1024 * 1024,
	/** Virtual machine steps of one statement: default and ceiling (some 50 million a second). Enforced by SQLite's progress handler. */
	sqlSteps: { default: 50_000_000, max: 2_000_000_000 },
	/** How many steps pass between two looks at the limits. */
	sqlStepsBetweenLooks: 1_000,
	/** Rows of one answer: default and ceiling. */
	sqlRows: { default: 1_000, max: 20_000 },
	/** Encoded bytes of one answer's rows: default and ceiling. */
	sqlAnswerBytes: { default: 1024 * 1024, max: 2 * 1024 * 1024 },
	/** Wall time of one statement, milliseconds, where the isolate's clock moves; whoever calls the engine holds the same deadline outside. */
	sqlWallMs: { default: 5_000, max: 60_000 },
	/** Largest text, blob or row inside the engine, bytes. Bounds zeroblob, printf, replace, group_concat, and what one step can cost. */
	sqlValueBytes: 1024 * 1024,
	/** Most columns of a table or a result, terms of a compound SELECT, arguments of a function, operations of a compiled statement. */
	sqlColumns: 1_000,
	sqlCompoundTerms: 50,
	sqlFunctionArguments: 100,
	sqlOperations: 250_000,
	/** Deepest nesting of a statement's grammar (SQLITE_LIMIT_PARSER_DEPTH). */
	sqlParserDepth: 200,
	/** Longest pattern of LIKE and GLOB, bytes: matching costs pattern times text within one step, half a second at both limits. */
	sqlPatternBytes: 80,
	/** Most tables that one access names, and most groups, aggregates and conditions of one aggregate query. */
	sqlAccessTables: 64,
	sqlAggregateTerms: 32,
	/** Longest row filter of a grant, characters. */
	sqlFilterChars: 4_096,
	/** Smallest and largest minimum group size of an aggregate-only grant. */
	sqlMinGroup: { min: 2, max: 1_000_000 },
	/** Most tables of a dataset. */
	datasetTables: 256,
	/** Longest record of a CSV or line of JSON lines, characters. It is read again with each chunk until its end is found. */
	importRecordChars: 2 * 1024 * 1024,
	/** Records looked at to infer the types of columns, and most characters of them that are held back meanwhile. */
	importSampleRecords: 1_000,
	importSampleChars: 4 * 1024 * 1024,
	/** Largest workbook, bytes as it is sent and unfolded: a reader of XLSX holds all of it in memory. */
	workbookBytes: { sent: 8 * 1024 * 1024, unfolded: 48 * 1024 * 1024 },
	/** Largest SQL text that makes a dataset, characters: it is held whole. */
	importSqlChars: 16 * 1024 * 1024,
	/** Steps that one import may take in the engine. */
	importSteps: 20_000_000_000,
	// worker/datasets, worker/verbs/sql-query, worker/gate/engine-calls: what stands around the engine.
	/** Largest body that makes a dataset, bytes: text is often larger than the database it becomes. Enforced in http/read-stream. */
	datasetUploadBytes: 256 * 1024 * 1024,
	/** What one streamed body counts for among its tenant's bytes under way: the part that is written and the one that fills. Enforced in http/body-bytes. */
	streamHeldBytes: 10 * 1024 * 1024,
	/** Longest wait for the next bytes of a streamed body, and for all of it, milliseconds. Enforced in http/read-stream. */
	streamChunkMs: 20_000,
	streamArrivalMs: 600_000,
	/** What one import may use: CPU and wall time, milliseconds; memory above an empty process, MiB (image, SQLite's own, a workbook). Enforced in supervisor/import-dataset. */
	importCpuMs: 60_000,
	importWallMs: 120_000,
	importMemoryMb: 384,
	/** Largest answer of an import, bytes of JSON: names of tables and columns. */
	importAnswerBytes: 512 * 1024,
	/** How long a dataset's content stays readable after another took its place, and how old content is that nobody names before it is removed, milliseconds. */
	datasetKeepMs: 15 * 60 * 1000,
	/** Named queries of one grant, typed parameters of one. */
	namedQueries: 64,
	namedQueryParams: 32,
	/** Datasets that one executor process keeps loaded; past it the least recently used one is ended. Enforced in executor/engine-shelf. */
	enginesPerProcess: 2,
	/** What an engine needs above its dataset, MiB: an isolate, SQLite's memory, answers on their way. Enforced in supervisor/engine-memory. */
	engineOverheadMb: 96,
	/** The same as executorLingerCpuMs for a process that had an engine, milliseconds: V8 goes on compiling SQLite for a while, off the isolate's thread. */
	engineLingerCpuMs: 400,
	/** Calls that wait for an engine's answer at once, and how long one may wait, milliseconds. Enforced in gate/engine-calls. */
	engineCalls: 4_096,
	engineCallMs: 120_000,
	/** How often one call may fetch its dataset. */
	engineImageReads: 2,

	// worker/stores, worker/verbs/sql-query/store: databases that the operator attached.
	/** What a call of a store may take beyond its statement's time, milliseconds: to connect, to log in, to end. Enforced in sql-query/store/query-postgres. */
	storeMarginMs: 3_000,
	/** What a database may send for one call, bytes: for each byte that the answer may have (bytes come as hex, rows have lengths), and once. Enforced in sql-query/store/postgres-socket. */
	storeWireFactor: 4,
	storeWireBytes: 256 * 1024,
	/** Time to look at a database when it is attached, milliseconds. Enforced in stores/. */
	storeCheckMs: 10_000,
	/** How long a database may take to hear that a statement is cancelled, milliseconds. Enforced in sql-query/store/cancel-statement. */
	storeCancelMs: 500,
} as const;
