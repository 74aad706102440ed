/** A program, the values that cross the wall, and what it prints. */
export const PROGRAM_LIMITS = {
	/** Largest program, all modules together, UTF-8 bytes. Enforced when the request is parsed. */
	programBytes: 1024 * 1024,
	/** Most modules in one program. */
	programModules: 64,
	/** Longest module name, characters. */
	moduleNameChars: 200,
	/** Most versions of one agent's stored program; then the tenant deletes some. Enforced in agents/object/store-program. */
	programVersions: 1_000,
	/** Most text of all versions of one agent's program together, UTF-8 bytes. Enforced in agents/object/store-program. */
	programVersionsBytes: 64 * 1024 * 1024,
	/** Longest note at a version, characters. */
	programNoteChars: 500,
	/** Most `import()`s to nowhere of one program whose rejection names the libraries; each costs a small module. Enforced in executor/link-modules. */
	explainedImports: 16,
	/** CPU time the compiler may use for one program, milliseconds. On one machine the executor's process is killed past it. */
	compileCpuMs: 2_000,
	/** Wall time the compiler may use for one program, milliseconds. */
	compileWallMs: 8_000,

	/** Largest result of a run as encoded JSON, bytes. Enforced in the harness and again on the host. */
	resultBytes: 1024 * 1024,
	/** Largest encoded arguments of one call, bytes. Enforced in the harness and again in the gate. */
	argumentBytes: 1024 * 1024,
	/** Largest encoded answer of one call, bytes (a 1 MiB body is 1.4 MiB as base64). */
	callAnswerBytes: 3 * 1024 * 1024,
	/** Deepest nesting of a result or of arguments. */
	valueDepth: 64,
	/** Most nodes of a result or of arguments. */
	valueNodes: 100_000,
	/** Longest BigInt in a result or in arguments, decimal digits: longer ones cost the host more than linear time to read. */
	bigintDigits: 4_096,
	/**
	 * Most BigInts, and most numbers, among the items of a Set or the keys of a Map that the host decodes: their hashes have no seed, so whoever picks
	 * them can have them all collide, and building then takes the square of their count. Enforced in contract/decode-json.
	 */
	hashedBigints: 256,
	hashedNumbers: 1_000,

	/** Most fields beyond those that are known of an object among a call's arguments; with more, none is named. Enforced in verbs/fields-of. */
	strangeFields: 16,

	/** Most console lines kept of a run. Later lines are counted, not kept. Enforced in the harness and again on the host. */
	logLines: 1_000,
	/** Longest console line kept, characters; the rest is cut with a mark. */
	logLineChars: 4_096,
	/** Most console text kept of a run, characters. */
	logChars: 256 * 1024,
	/** Longest error message kept, characters. */
	errorMessageChars: 2_000,
	/** Longest stack kept, characters. */
	errorStackChars: 4_000,

	/** Longest record of the order in which events came to a program, characters. A run that outgrows it goes on and cannot be repeated. Enforced in the harness and again in the gate. */
	choicesChars: 64 * 1024,
} as const;
