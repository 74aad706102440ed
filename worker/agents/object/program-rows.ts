import { z } from "zod";
import { Language, Program } from "../../../contract/runs.ts";
import { jsonColumn, readRow, readRows } from "../../db/rows.ts";

const Line = z
	.object({
		version: z.int(),
		digest: z.string(),
		language: Language,
		bytes: z.int(),
		note: z.string().nullable(),
		created_at_ms: z.int(),
	})
	.transform(({ created_at_ms: createdAtMs, ...line }) => ({ ...line, createdAtMs }));
/** A version of the agent's program without its text. */
export type ProgramLine = z.infer<typeof Line>;

const Text = z.object({ program: jsonColumn(Program) });
/** A version with its text. */
export interface StoredProgram extends ProgramLine {
	readonly program: Program;
}

const Sums = z.object({ count: z.int(), bytes: z.int() });
const Ends = z.object({ oldest: z.int().nullable(), newest: z.int().nullable() });

const COLUMNS = "version, digest, language, bytes, note, created_at_ms";

/** Versions of the agent's stored program. One never changes; it is there or it is deleted. */
export class ProgramRows {
	readonly #sql: SqlStorage;
	/** The one that was read last: mostly the active one. */
	#read: StoredProgram | null = null;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	insert({ version, digest, language, bytes, note, createdAtMs, program }: StoredProgram): void {
		this.#sql.exec(
			`INSERT INTO programs (${COLUMNS}, program) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			...[version, digest, language, bytes, note, createdAtMs, JSON.stringify(program)],
		);
	}

	/** Null: there is no such version (any more). */
	line(version: number): ProgramLine | null {
		return readRow(this.#sql, Line, `SELECT ${COLUMNS} FROM programs WHERE version = ?`, version);
	}

	/** Null: there is no such version (any more). */
	get(version: number): StoredProgram | null {
		if (this.#read?.version === version) return this.#read;
		const line = this.line(version);
		const text = readRow(this.#sql, Text, "SELECT program FROM programs WHERE version = ?", version);
		if (line === null || text === null) return null;
		this.#read = { ...line, program: text.program };
		return this.#read;
	}

	newest(): ProgramLine | null {
		return readRow(this.#sql, Line, `SELECT ${COLUMNS} FROM programs ORDER BY version DESC LIMIT 1`);
	}

	/** Newest first, those before a version. */
	list(before: number | null, most: number): ProgramLine[] {
		const query = `SELECT ${COLUMNS} FROM programs WHERE version < ? ORDER BY version DESC LIMIT ?`;
		return readRows(this.#sql, Line, query, before ?? Number.MAX_SAFE_INTEGER, most);
	}

	/** How many there are, and the UTF-8 bytes of their texts. */
	sums(): { count: number; bytes: number } {
		const query = "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM programs";
		return readRow(this.#sql, Sums, query) ?? { count: 0, bytes: 0 };
	}

	/** The numbers of the oldest and the newest; null: there is none. */
	ends(): { oldest: number; newest: number } | null {
		const row = readRow(this.#sql, Ends, "SELECT min(version) AS oldest, max(version) AS newest FROM programs");
		return row === null || row.oldest === null || row.newest === null ? null : { oldest: row.oldest, newest: row.newest };
	}

	delete(version: number): void {
		this.#sql.exec("DELETE FROM programs WHERE version = ?", version);
		this.forget();
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#read = null;
	}
}
