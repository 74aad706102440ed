import { z } from "zod";
import { readRow } from "../../db/rows.ts";

const Row = z.object({ minute: z.int(), count: z.int() });
const MINUTE_MS = 60_000;

/**
 * Counts a call of a grant against its calls per minute, in minutes of the clock.
 * @returns null when it is within them, else in how many seconds the next minute begins; nothing is counted then.
 */
export const takeFromRate = (sql: SqlStorage, grant: string, callsPerMinute: number, nowMs: number): number | null => {
	const minute = Math.floor(nowMs / MINUTE_MS);
	const row = readRow(sql, Row, "SELECT minute, count FROM rates WHERE grant_name = ?", grant);
	const count = row?.minute === minute ? row.count : 0;
	if (count >= callsPerMinute) return Math.ceil(((minute + 1) * MINUTE_MS - nowMs) / 1000);
	// Counts of minutes that are over say nothing any more; grants that the policy has lost leave no row behind.
	if (row?.minute !== minute) sql.exec("DELETE FROM rates WHERE minute <> ?", minute);
	sql.exec(
		"INSERT INTO rates (grant_name, minute, count) VALUES (?1, ?2, ?3) ON CONFLICT (grant_name) DO UPDATE SET minute = ?2, count = ?3",
		grant,
		minute,
		count + 1,
	);
	return null;
};
