import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunFile } from "../../../contract/runs.ts";
import type { FileEntry, RunFiles } from "../../verbs/verb.ts";
import { addHandle, handleOf } from "./handle-rows.ts";
import { readRow, readRows } from "../../db/rows.ts";

/** A row of SQLite holds at most 2 MB; a file is kept in parts. */
const PART_BYTES = 512 * 1024;

const FileShape = z.object({ path: z.string(), bytes: z.int(), modified_at_ms: z.int(), blob: z.string().nullable() });
const PathShape = z.object({ path: z.string() });
const FILE = "path, bytes, modified_at_ms, blob";
/** Where a run's inputs stay that its program has changed: beside its files, not among them. */
export const givenOf = (runId: string): string => `${runId} given`;
/** What is below dies with the run. */
const PASSING = "/workspace/tmp/";
const PartShape = z.object({ content: z.instanceof(ArrayBuffer) });
const LastPartShape = PartShape.extend({ part: z.int() });
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
		const file = this.#row(path);
		if (file === null || file.blob !== null) return null;
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

	isStored(path: string): boolean {
		return this.blobOf(path) !== null;
	}

	/** Where the store has a file's content; null when there is no such file, or its content lies here. */
	blobOf(path: string): string | null {
		return this.#row(path)?.blob ?? null;
	}

	stat(path: string): FileEntry | null {
		const file = this.#row(path);
		return file === null ? null : toEntry(file);
	}

	handleBytes(handle: string): number | null {
		return handleOf(this.#sql, this.#runId, handle)?.bytes ?? null;
	}

	/** Its bytes count among those of the run's handles, not among the workspace's. A path that the tree of files has no place for is `quota` too. */
	keep(path: string, handle: string): "written" | "quota" | "no_handle" {
		const content = handleOf(this.#sql, this.#runId, handle);
		if (content === null) return "no_handle";
		const others = this.#others(path);
		if (others.count + 1 > LIMITS.filesPerRun || this.#clashes(path)) return "quota";
		this.#clear(path);
		this.#insert(path, content.bytes, content.key);
		return "written";
	}

	share(path: string, handle: string, type: string): "shared" | "quota" {
		const file = this.#row(path);
		if (file === null || file.blob === null) throw new Error("Sharing a file: its content does not lie in the store");
		const added = addHandle(this.#sql, { handle, runId: this.#runId, bytes: file.bytes, type, key: file.blob });
		return added ? "shared" : "quota";
	}

	/** The content has gone to the store under a key. */
	moveToStore(path: string, key: string): void {
		this.#sql.exec("DELETE FROM file_chunks WHERE run_id = ? AND path = ?", this.#runId, path);
		this.#sql.exec("UPDATE files SET blob = ? WHERE run_id = ? AND path = ?", key, this.#runId, path);
	}

	write(path: string, bytes: Uint8Array): "written" | "quota" {
		if (!this.#hasRoom(path, bytes.byteLength)) return "quota";
		this.#clear(path);
		this.#insert(path, bytes.byteLength, null);
		this.#putParts(path, 0, bytes);
		return "written";
	}

	append(path: string, bytes: Uint8Array): "written" | "quota" {
		const file = this.#row(path);
		if (file === null) return this.write(path, bytes);
		if (file.blob !== null) throw new Error("Appending to a file: its content lies in the store");
		if (!this.#hasRoom(path, file.bytes + bytes.byteLength)) return "quota";
		this.#keepInput(path);
		const last = readRow(
			this.#sql,
			LastPartShape,
			"SELECT part, content FROM file_chunks WHERE run_id = ? AND path = ? ORDER BY part DESC LIMIT 1",
			this.#runId,
			path,
		);
		const end = new Uint8Array(last?.content ?? new ArrayBuffer(0));
		const joined = new Uint8Array(end.byteLength + bytes.byteLength);
		joined.set(end);
		joined.set(bytes, end.byteLength);
		this.#putParts(path, last?.part ?? 0, joined);
		this.#sql.exec(
			"UPDATE files SET bytes = ?, origin = ?, modified_at_ms = ? WHERE run_id = ? AND path = ?",
			file.bytes + bytes.byteLength,
			this.#origin,
			Date.now(),
			this.#runId,
			path,
		);
		return "written";
	}

	copy(from: string, to: string): "written" | "quota" {
		const file = this.#row(from);
		if (file === null || from === to) throw new Error("Copying a file: it is not there, or it is its own copy");
		if (!this.#hasRoom(to, file.blob === null ? file.bytes : 0)) return "quota";
		this.#clear(to);
		this.#insert(to, file.bytes, file.blob);
		this.#sql.exec(
			"INSERT INTO file_chunks (run_id, path, part, content) SELECT run_id, ?, part, content FROM file_chunks WHERE run_id = ? AND path = ?",
			to,
			this.#runId,
			from,
		);
		return "written";
	}

	move(from: string, to: string): void {
		if (from === to) throw new Error("Moving a file: it is there already");
		this.#clear(to);
		this.#keepInput(from);
		this.#sql.exec("UPDATE files SET path = ?, origin = ? WHERE run_id = ? AND path = ?", to, this.#origin, this.#runId, from);
		this.#sql.exec("UPDATE file_chunks SET path = ? WHERE run_id = ? AND path = ?", to, this.#runId, from);
	}

	delete(path: string): boolean {
		return this.#clear(path);
	}

	/** Below a directory: from its slash to the character after the slash, in the order of the paths' UTF-8 bytes, which is the index's. */
	list(directory: string): FileEntry[] {
		return readRows(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms, blob FROM files WHERE run_id = ? AND path > ? AND path < ? ORDER BY path",
			this.#runId,
			directory,
			`${directory.slice(0, -1)}0`,
		).map(toEntry);
	}

	outputs(): RunFile[] {
		return this.stored().map(({ path, bytes }) => ({ path, bytes }));
	}

	/** Outputs with where the store has their content; null: it lies here. */
	stored(): { path: string; bytes: number; blob: string | null }[] {
		return readRows(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms, blob FROM files WHERE run_id = ? AND origin = 'output' ORDER BY path",
			this.#runId,
		).map(({ path, bytes, blob }) => ({ path, bytes, blob }));
	}

	/** Forgets what dies with a run: what lies in /workspace/tmp. */
	dropPassing(): void {
		const passing = "SELECT path FROM files WHERE run_id = ? AND substr(path, 1, ?) = ?";
		for (const { path } of readRows(this.#sql, PathShape, passing, this.#runId, PASSING.length, PASSING)) this.#clear(path);
	}

	/** The inputs of the run as they were given, whatever its program has done to them since; by path. */
	inputs(): { path: string; bytes: number; read: () => Uint8Array }[] {
		const given = new FileRows(this.#sql, givenOf(this.#runId), "input");
		const of = (files: FileRows, runId: string) =>
			readRows(this.#sql, FileShape, `SELECT ${FILE} FROM files WHERE run_id = ? AND origin = 'input'`, runId).map(({ path, bytes }) => ({
				...{ path, bytes },
				read: () => files.read(path)?.bytes ?? new Uint8Array(),
			}));
		return [...of(this, this.#runId), ...of(given, givenOf(this.#runId))].sort((one, other) => (one.path < other.path ? -1 : 1));
	}

	/** Forgets a run's inputs, when its recording has them. */
	dropInputs(): void {
		for (const runId of [this.#runId, givenOf(this.#runId)]) {
			const inputs = "FROM files WHERE run_id = ? AND origin = 'input'";
			this.#sql.exec(`DELETE FROM file_chunks WHERE run_id = ?1 AND path IN (SELECT path ${inputs.replace("?", "?1")})`, runId);
			this.#sql.exec(`DELETE ${inputs}`, runId);
		}
	}

	/** Before an input is changed: its content stays beside the run's files until the recording has it. The first time counts. */
	#keepInput(path: string): void {
		const given = givenOf(this.#runId);
		const kept = this.#sql.exec(
			`INSERT OR IGNORE INTO files (run_id, path, origin, bytes, modified_at_ms, blob)
			SELECT ?, path, origin, bytes, modified_at_ms, blob FROM files WHERE run_id = ? AND path = ? AND origin = 'input'`,
			given,
			this.#runId,
			path,
		);
		if (kept.rowsWritten === 0) return;
		this.#sql.exec(
			"INSERT OR IGNORE INTO file_chunks (run_id, path, part, content) SELECT ?, path, part, content FROM file_chunks WHERE run_id = ? AND path = ?",
			given,
			this.#runId,
			path,
		);
	}

	#row(path: string): z.infer<typeof FileShape> | null {
		return readRow(
			this.#sql,
			FileShape,
			"SELECT path, bytes, modified_at_ms, blob FROM files WHERE run_id = ? AND path = ?",
			this.#runId,
			path,
		);
	}

	#insert(path: string, bytes: number, blob: string | null): void {
		this.#sql.exec(
			"INSERT INTO files (run_id, path, origin, bytes, modified_at_ms, blob) VALUES (?, ?, ?, ?, ?, ?)",
			this.#runId,
			path,
			this.#origin,
			bytes,
			Date.now(),
			blob,
		);
	}

	/** Writes content from a part on. */
	#putParts(path: string, first: number, bytes: Uint8Array): void {
		for (let at = 0; at < bytes.byteLength; at += PART_BYTES) {
			this.#sql.exec(
				"INSERT OR REPLACE INTO file_chunks (run_id, path, part, content) VALUES (?, ?, ?, ?)",
				this.#runId,
				path,
				first + at / PART_BYTES,
				bytes.slice(at, at + PART_BYTES).buffer,
			);
		}
	}

	/** Whether a file of so many bytes in this object may be at the path. */
	#hasRoom(path: string, bytes: number): boolean {
		const others = this.#others(path);
		return others.count + 1 <= LIMITS.filesPerRun && others.bytes + bytes <= LIMITS.fileTotalBytes;
	}

	/** Whether the path is a directory, or a file is where it wants one. */
	#clashes(path: string): boolean {
		if (this.list(`${path}/`).length > 0) return true;
		const above = "SELECT 1 FROM files WHERE run_id = ?1 AND substr(?2, 1, length(path) + 1) = path || '/' LIMIT 1";
		return this.#sql.exec(above, this.#runId, path).toArray().length > 0;
	}

	#others(path: string): z.infer<typeof TotalShape> {
		return TotalShape.parse(
			this.#sql
				.exec(
					"SELECT count(*) AS count, coalesce(sum(CASE WHEN blob IS NULL THEN bytes ELSE 0 END), 0) AS bytes FROM files WHERE run_id = ? AND path <> ?",
					this.#runId,
					path,
				)
				.one(),
		);
	}

	#clear(path: string): boolean {
		this.#keepInput(path);
		this.#sql.exec("DELETE FROM file_chunks WHERE run_id = ? AND path = ?", this.#runId, path);
		return this.#sql.exec("DELETE FROM files WHERE run_id = ? AND path = ?", this.#runId, path).rowsWritten > 0;
	}
}

const toEntry = ({ path, bytes, modified_at_ms }: z.infer<typeof FileShape>): FileEntry => ({ path, bytes, modifiedAtMs: modified_at_ms });
