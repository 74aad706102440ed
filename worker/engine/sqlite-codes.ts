/** The numbers of SQLite's interface (sqlite3.h) that the engine uses. */
export const RESULT = {
	ok: 0,
	error: 1,
	interrupted: 9,
	noMemory: 7,
	cantOpen: 14,
	full: 13,
	tooBig: 18,
	denied: 23,
	row: 100,
	done: 101,
	ioError: 10,
	notFound: 12,
	shortRead: 522,
	corrupt: 11,
	notADatabase: 26,
} as const;

export const OPEN = { readOnly: 0x1, readWrite: 0x2, create: 0x4, deleteOnClose: 0x8, memory: 0x80 } as const;

/** Answers of an authorizer. `ignore` reads a column as NULL and makes a pragma or a transaction statement do nothing. */
export const VERDICT = { ok: 0, deny: 1, ignore: 2 } as const;

export const ACTION = {
	createIndex: 1,
	createTable: 2,
	delete: 9,
	dropIndex: 10,
	dropTable: 11,
	insert: 18,
	pragma: 19,
	read: 20,
	select: 21,
	transaction: 22,
	update: 23,
	attach: 24,
	detach: 25,
	alterTable: 26,
	reindex: 27,
	call: 31,
	savepoint: 32,
	recursive: 33,
} as const;

export const LIMIT = {
	length: 0,
	sqlLength: 1,
	column: 2,
	compoundSelect: 4,
	operations: 5,
	functionArguments: 6,
	attached: 7,
	patternLength: 8,
	variables: 9,
	triggerDepth: 10,
	workerThreads: 11,
	parserDepth: 12,
} as const;

export const CONFIG = {
	foreignKeys: 1002,
	triggers: 1003,
	tokenizer: 1004,
	loadExtension: 1005,
	defensive: 1010,
	writableSchema: 1011,
	trustedSchema: 1017,
} as const;

export const TYPE = { integer: 1, float: 2, text: 3, blob: 4, null: 5 } as const;
/** Counter of sqlite3_stmt_status: steps of the virtual machine. */
export const VM_STEPS = 4;
/** Destructor that has SQLite take its own copy of what is bound. */
export const TRANSIENT = -1;
