import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { AgentState, StateEntry } from "../../verbs/verb.ts";
import { readRow, readRows } from "../../db/rows.ts";

const Row = z.object({ key: z.string(), value: z.string(), version: z.int(), expires_at_ms: z.int().nullable() });
const Total = z.object({ count: z.int(), bytes: z.int() });
const Highest = z.object({ version: z.int() });

const toEntry = (row: z.infer<typeof Row>): StateEntry => ({ value: row.value, version: row.version, expiresAtMs: row.expires_at_ms });
const ENCODER = new TextEncoder();

/** The agent's small durable memory. Versions rise through the life of the object, so that a key that was deleted and made again never has an old one. */
export class StateRows implements AgentState {
	readonly #sql: SqlStorage;
	readonly #nowMs: number;

	constructor(sql: SqlStorage, nowMs: number) {
		this.#sql = sql;
		this.#nowMs = nowMs;
	}

	read(key: string): StateEntry | null {
		const row = readRow(
			this.#sql,
			Row,
			"SELECT key, value, version, expires_at_ms FROM state WHERE key = ? AND (expires_at_ms IS NULL OR expires_at_ms > ?)",
			key,
			this.#nowMs,
		);
		return row === null ? null : toEntry(row);
	}

	write(key: string, value: string, expiresAtMs: number | null): { kind: "written"; version: number } | { kind: "quota" } {
		this.#sql.exec("DELETE FROM state WHERE expires_at_ms IS NOT NULL AND expires_at_ms <= ?", this.#nowMs);
		const bytes = ENCODER.encode(key).byteLength + ENCODER.encode(value).byteLength;
		const others = readRow(this.#sql, Total, "SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes FROM state WHERE key <> ?", key);
		if (others === null || others.count + 1 > LIMITS.stateEntries || others.bytes + bytes > LIMITS.stateTotalBytes)
			return { kind: "quota" };
		const version = this.#nextVersion();
		this.#sql.exec(
			`INSERT INTO state (key, value, version, bytes, expires_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (key) DO UPDATE SET value = ?2, version = ?3, bytes = ?4, expires_at_ms = ?5`,
			key,
			value,
			version,
			bytes,
			expiresAtMs,
		);
		return { kind: "written", version };
	}

	delete(key: string): boolean {
		const was = this.read(key) !== null;
		this.#sql.exec("DELETE FROM state WHERE key = ?", key);
		return was;
	}

	list(prefix: string, after: string, most: number): { key: string; entry: StateEntry }[] {
		return readRows(
			this.#sql,
			Row,
			`SELECT key, value, version, expires_at_ms FROM state
			WHERE key > ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 AND (expires_at_ms IS NULL OR expires_at_ms > ?3) ORDER BY key LIMIT ?4`,
			after,
			prefix,
			this.#nowMs,
			most,
		).map((row) => ({ key: row.key, entry: toEntry(row) }));
	}

	#nextVersion(): number {
		this.#sql.exec(
			"INSERT INTO facts (name, value) VALUES ('state_version', '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
		);
		const row = readRow(this.#sql, Highest, "SELECT CAST(value AS INTEGER) AS version FROM facts WHERE name = 'state_version'");
		return row?.version ?? 1;
	}
}
