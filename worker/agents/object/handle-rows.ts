import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import { readRow, readRows } from "../../db/rows.ts";
import { isLive } from "./run-rows.ts";

const HandleRow = z.object({ id: z.string(), bytes: z.int(), type: z.string(), key: z.string() });
const Total = z.object({ count: z.int(), bytes: z.int() });
const Key = z.object({ key: z.string() });

/** What stands in a row for the bytes of content that is still on its way: whatever dies meanwhile, the object knows the key to remove. */
const UNWRITTEN = -1;

/** Which attempt speaks; nothing is taken or given once it is over. */
interface Speaker {
	readonly runId: string;
	readonly attempt: number;
}

/** A handle as it is to be kept. */
export interface NewHandle {
	readonly handle: string;
	readonly runId: string;
	readonly bytes: number;
	/** Media type. */
	readonly type: string;
	/** Where the store has the content, or will have it. */
	readonly key: string;
}

const speaks = (state: ObjectState, { runId, attempt }: Speaker): boolean => {
	const row = state.runs.get(runId);
	return row !== null && isLive(row) && row.attempt === attempt && row.claimed === 1;
};

/**
 * Adds a handle, or tells the size of one that is known. False: the run has as many handles, or as many bytes behind them, as it may. Several handles of
 * the same content count its bytes once.
 */
export const addHandle = (sql: SqlStorage, { handle, runId, bytes, type, key }: NewHandle): boolean => {
	const others = Total.parse(
		sql
			.exec(
				`SELECT (SELECT count(*) FROM handles WHERE run_id = ?1 AND id <> ?2) AS count, coalesce(sum(size), 0) AS bytes
				FROM (SELECT max(bytes, 0) AS size FROM handles WHERE run_id = ?1 AND id <> ?2 AND key <> ?3 GROUP BY key)`,
				runId,
				handle,
				key,
			)
			.one(),
	);
	if (others.count + 1 > LIMITS.handlesPerRun || others.bytes + Math.max(bytes, 0) > LIMITS.contentTotalBytes) return false;
	sql.exec(
		"INSERT INTO handles (id, run_id, bytes, type, key) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET bytes = ?3",
		handle,
		runId,
		bytes,
		type,
		key,
	);
	return true;
};

/** A handle of the run whose content is there; null when the run has none of that id. */
export const handleOf = (sql: SqlStorage, runId: string, handle: string): z.infer<typeof HandleRow> | null =>
	readRow(sql, HandleRow, "SELECT id, bytes, type, key FROM handles WHERE run_id = ? AND id = ? AND bytes >= 0", runId, handle);

/** Where the content of a new handle is on its way into the store. */
export type Arrival =
	/** It is about to be written under its key. */
	| { kind: "begins" }
	| { kind: "written"; bytes: number }
	/** It was not written, or has been removed again. */
	| { kind: "gone" };

/** Takes a handle, in two steps around the writing of its content. One that is refused at the second the caller removes, and tells it. */
export const takeHandle = (
	state: ObjectState,
	command: Speaker & { handle: string; type: string; key: string; arrival: Arrival },
): "taken" | "quota" | "run_ended" => {
	const { arrival, runId, handle, type, key } = command;
	if (arrival.kind === "gone") {
		state.sql.exec("DELETE FROM handles WHERE run_id = ? AND id = ?", runId, handle);
		return "taken";
	}
	if (!speaks(state, command)) return "run_ended";
	const bytes = arrival.kind === "written" ? arrival.bytes : UNWRITTEN;
	return addHandle(state.sql, { runId, handle, type, key, bytes }) ? "taken" : "quota";
};

/** What a handle of the run stands for; null when the run has no such handle. */
export const findHandle = (state: ObjectState, command: Speaker & { handle: string }): { key: string; type: string } | null => {
	const found = speaks(state, command) ? handleOf(state.sql, command.runId, command.handle) : null;
	return found === null ? null : { key: found.key, type: found.type };
};

/** Makes a handle's content a file of the run as well. */
export const keepAsFile = (state: ObjectState, command: Speaker & { path: string; handle: string }): "written" | "quota" | "no_handle" =>
	speaks(state, command) ? state.files(command.runId, "output").keep(command.path, command.handle) : "no_handle";

export const hasHandles = (state: ObjectState, runId: string): boolean =>
	state.sql.exec("SELECT 1 FROM handles WHERE run_id = ? LIMIT 1", runId).toArray().length > 0;

/** Forgets the run's handles, when the store has forgotten those that no file keeps. */
export const dropHandles = (state: ObjectState, runId: string): void => {
	state.sql.exec("DELETE FROM handles WHERE run_id = ?", runId);
};

/** Keys of a run's handles that no file keeps: what the store may forget when the run is over. */
export const looseKeys = (state: ObjectState, runId: string): string[] =>
	readRows(
		state.sql,
		Key,
		"SELECT DISTINCT key FROM handles WHERE run_id = ?1 AND key NOT IN (SELECT blob FROM files WHERE run_id = ?1 AND blob IS NOT NULL)",
		runId,
	).map(({ key }) => key);
