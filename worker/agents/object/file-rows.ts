import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunFile } from "../../../contract/runs.ts";
import type { RunFiles } from "../../verbs/verb.ts";
import { readRow, readRows } from "./rows.ts";

/** A row of SQLite holds at most 2 MB; a file is kept in parts. */
const PART_BYTES = 512 * 1024;

const FileShape = z.object({ path: z.string(), bytes: z.int(), modified_at_ms: z.int() });
const PartShape = z.object({ content: z.instanceof(ArrayBuffer) });
const TotalShape = z.object({ count: z.int(), bytes: z.int() });

/** The files of one run. What the program has written is its output; inputs go when the run ends. */
export class FileRows implements RunFiles {
	readonly #sql: SqlStorage;
	readonly #runId: string;
	readonly #origin: "input" | "output";

	constructor(sql: SqlStorage, runId: string, origin: "input" | "output") {
		this.#sql = sql;
		this.#runId = runId;
		this.#origin = origin;
	}

	read(path: string): { bytes: Uint8Array; modifiedAtMs: number } | null {
		const file = readRow(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms FROM files WHERE run_id = ? AND path = ?",
			this.#runId,
			path,
		);
		if (file === null) return null;
		const bytes = new Uint8Array(file.bytes);
		let offset = 0;
		for (const part of readRows(
			this.#sql,
			PartShape,
			"SELECT content FROM file_chunks WHERE run_id = ? AND path = ? ORDER BY part",
			this.#runId,
			path,
		)) {
			bytes.set(new Uint8Array(part.content), offset);
			offset += part.content.byteLength;
		}
		return { bytes, modifiedAtMs: file.modified_at_ms };
	}

	write(path: string, bytes: Uint8Array): "written" | "quota" {
		const others = readRow(
			this.#sql,
			TotalShape,
			"SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM files WHERE run_id = ? AND path <> ?",
			this.#runId,
			path,
		);
		if (others === null || others.count + 1 > LIMITS.filesPerRun || others.bytes + bytes.byteLength > LIMITS.fileTotalBytes) return "quota";
		this.#clear(path);
		this.#sql.exec(
			"INSERT INTO files (run_id, path, origin, bytes, modified_at_ms) VALUES (?, ?, ?, ?, ?)",
			this.#runId,
			path,
			this.#origin,
			bytes.byteLength,
			Date.now(),
		);
		for (let part = 0; part * PART_BYTES < bytes.byteLength; part += 1) {
			const content = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES).buffer;
			this.#sql.exec("INSERT INTO file_chunks (run_id, path, part, content) VALUES (?, ?, ?, ?)", this.#runId, path, part, content);
		}
		return "written";
	}

	delete(path: string): boolean {
		return this.#clear(path);
	}

	list(directory: string): { path: string; bytes: number; modifiedAtMs: number }[] {
		return readRows(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms FROM files WHERE run_id = ? AND substr(path, 1, ?) = ? ORDER BY path",
			this.#runId,
			directory.length,
			directory,
		).map((file) => ({ path: file.path, bytes: file.bytes, modifiedAtMs: file.modified_at_ms }));
	}

	outputs(): RunFile[] {
		return readRows(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms FROM files WHERE run_id = ? AND origin = 'output' ORDER BY path",
			this.#runId,
		).map((file) => ({ path: file.path, bytes: file.bytes }));
	}

	dropInputs(): void {
		this.#sql.exec(
			"DELETE FROM file_chunks WHERE run_id = ?1 AND path IN (SELECT path FROM files WHERE run_id = ?1 AND origin = 'input')",
			this.#runId,
		);
		this.#sql.exec("DELETE FROM files WHERE run_id = ? AND origin = 'input'", this.#runId);
	}

	#clear(path: string): boolean {
		this.#sql.exec("DELETE FROM file_chunks WHERE run_id = ? AND path = ?", this.#runId, path);
		return this.#sql.exec("DELETE FROM files WHERE run_id = ? AND path = ?", this.#runId, path).rowsWritten > 0;
	}
}
