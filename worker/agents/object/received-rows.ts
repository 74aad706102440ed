import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import { REQUEST_OUTCOMES } from "../../../contract/triggers.ts";
import { readRow, readRows } from "../../db/rows.ts";

const RequestRow = z
	.object({
		seq: z.int(),
		delivery_id: z.string(),
		outcome: z.enum(REQUEST_OUTCOMES),
		code: z.string().nullable(),
		run_id: z.string().nullable(),
		repeats: z.int(),
		at_ms: z.int(),
	})
	.transform(({ seq, delivery_id, outcome, code, run_id, repeats, at_ms }) => ({
		...{ seq, deliveryId: delivery_id, outcome, code, run: run_id, repeats, atMs: at_ms },
	}));

/** A request that came to a trigger and was truly its sender's. `code`: why no run was started; `repeats`: how often it came again. */
export type ReceivedRequest = z.infer<typeof RequestRow>;

/** What a request is noted by. */
export interface NewRequest {
	readonly triggerId: string;
	readonly deliveryId: string;
	readonly outcome: ReceivedRequest["outcome"];
	readonly code: string | null;
	readonly run: string | null;
}

const KnownRow = z.object({ run_id: z.string(), request: z.int() });

/** What has come to an agent's triggers: the keys by which a delivery is known again, kept LIMITS.receivedKeepMs, and the last LIMITS.requestsKept requests for who looks. */
export class ReceivedRows {
	readonly #sql: SqlStorage;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	/** The run that a delivery with any of these keys has started, which counts as its repeat; null: none has. */
	repeatOf(triggerId: string, keys: readonly string[]): string | null {
		for (const key of keys) {
			const row = readRow(this.#sql, KnownRow, "SELECT run_id, request FROM received WHERE trigger_id = ? AND key = ?", triggerId, key);
			if (row === null) continue;
			this.#sql.exec("UPDATE requests SET repeats = repeats + 1 WHERE seq = ?", row.request);
			return row.run_id;
		}
		return null;
	}

	/** Knows a delivery by all of its keys from now on. */
	know(triggerId: string, keys: readonly string[], runId: string, request: number, nowMs: number): void {
		for (const key of new Set(keys)) {
			this.#sql.exec(
				"INSERT OR IGNORE INTO received (trigger_id, key, run_id, request, at_ms) VALUES (?, ?, ?, ?, ?)",
				...[triggerId, key, runId, request, nowMs],
			);
		}
	}

	/** @returns its number */
	note({ triggerId, deliveryId, outcome, code, run }: NewRequest, nowMs: number): number {
		const { seq } = readRow(
			this.#sql,
			z.object({ seq: z.int() }),
			"INSERT INTO requests (trigger_id, delivery_id, outcome, code, run_id, repeats, at_ms) VALUES (?, ?, ?, ?, ?, 0, ?) RETURNING seq",
			...[triggerId, deliveryId, outcome, code, run, nowMs],
		) ?? { seq: 0 };
		this.#sql.exec("DELETE FROM requests WHERE seq <= ?", seq - LIMITS.requestsKept);
		return seq;
	}

	/** Requests to a trigger, newest first. @param before number of the last of the page before; null: from the newest */
	requests(triggerId: string, before: number | null, most: number): ReceivedRequest[] {
		const query =
			"SELECT seq, delivery_id, outcome, code, run_id, repeats, at_ms FROM requests WHERE trigger_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?";
		return readRows(this.#sql, RequestRow, query, triggerId, before ?? Number.MAX_SAFE_INTEGER, most);
	}

	/** Forgets deliveries that no sender repeats any more, some at once. */
	forgetOld(nowMs: number): void {
		this.#sql.exec(
			"DELETE FROM received WHERE (trigger_id, key) IN (SELECT trigger_id, key FROM received WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
			nowMs - LIMITS.receivedKeepMs,
			LIMITS.receivedForgottenAtOnce,
		);
	}

	/** When the oldest may be forgotten; null: there are none. */
	dueAtMs(): number | null {
		const earliest = this.#sql.exec("SELECT min(at_ms) AS earliest FROM received").one()["earliest"];
		return typeof earliest === "number" ? earliest + LIMITS.receivedKeepMs + 1 : null;
	}
}
