import { z } from "zod";
import { jsonColumn, readRow, readRows } from "../db/rows.ts";
import { Ledger, type LedgerRows, SliceRow } from "../budgets/ledger-rows.ts";
import type { ShareDimension } from "../budgets/share.ts";

const LedgerColumn = z.object({ ledger: jsonColumn(Ledger) });
const SliceColumn = z.object({ slice: jsonColumn(SliceRow) });
const Highest = z.object({ highest: z.int() });
const Earliest = z.object({ at: z.int().nullable() });

/** A tenant's budget in its object's storage. The ledger is kept in memory too: every step reads it. */
export class TenantRows implements LedgerRows {
	readonly #sql: SqlStorage;
	#ledger: Ledger | null = null;

	constructor(sql: SqlStorage) {
		this.#sql = sql;
	}

	ledger(): Ledger | null {
		this.#ledger ??= readRow(this.#sql, LedgerColumn, "SELECT ledger FROM tenant_budget")?.ledger ?? null;
		return this.#ledger;
	}

	putLedger(ledger: Ledger): void {
		this.#sql.exec(
			"INSERT INTO tenant_budget (one, ledger) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET ledger = excluded.ledger",
			JSON.stringify(ledger),
		);
		this.#ledger = ledger;
	}

	/** Forgets what is in memory, after a transaction was rolled back. */
	forget(): void {
		this.#ledger = null;
	}

	highest(holder: string): number {
		return readRow(this.#sql, Highest, "SELECT highest FROM slice_holders WHERE holder = ?", holder)?.highest ?? 0;
	}

	putHighest(holder: string, n: number): void {
		this.#sql.exec(
			"INSERT INTO slice_holders (holder, highest) VALUES (?, ?) ON CONFLICT (holder) DO UPDATE SET highest = excluded.highest",
			holder,
			n,
		);
	}

	slice(holder: string, n: number): SliceRow | null {
		return readRow(this.#sql, SliceColumn, "SELECT slice FROM slices WHERE holder = ? AND n = ?", holder, n)?.slice ?? null;
	}

	putSlice(row: SliceRow): void {
		this.#sql.exec(
			"INSERT INTO slices (holder, n, closed, ends_at_ms, asked_at_ms, slice) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (holder, n) DO UPDATE SET closed = excluded.closed, ends_at_ms = excluded.ends_at_ms, asked_at_ms = excluded.asked_at_ms, slice = excluded.slice",
			row.holder,
			row.n,
			row.closed ? 1 : 0,
			row.endsAtMs,
			row.askedAtMs,
			JSON.stringify(row),
		);
	}

	dropSlice(holder: string, n: number): void {
		this.#sql.exec("DELETE FROM slices WHERE holder = ? AND n = ?", holder, n);
	}

	idle(dimension: ShareDimension, exceptHolder: string, askedBeforeMs: number, most: number): SliceRow[] {
		return readRows(
			this.#sql,
			SliceColumn,
			`SELECT slice FROM slices WHERE asked_at_ms <= ?1 AND holder <> ?2
			AND CASE closed WHEN 1 THEN ifnull(json_extract(slice, '$.held.' || ?3), 0) > 0
			ELSE ifnull(json_extract(slice, '$.amount.' || ?3), 0) > ifnull(json_extract(slice, '$.settled.' || ?3), 0) + ifnull(json_extract(slice, '$.held.' || ?3), 0) END
			ORDER BY asked_at_ms LIMIT ?4`,
			askedBeforeMs,
			exceptHolder,
			dimension,
			most,
		).map(({ slice }) => slice);
	}

	overdue(endedBeforeMs: number, askedBeforeMs: number, most: number): SliceRow[] {
		return readRows(
			this.#sql,
			SliceColumn,
			"SELECT slice FROM slices WHERE ends_at_ms <= ? AND asked_at_ms <= ? ORDER BY ends_at_ms LIMIT ?",
			endedBeforeMs,
			askedBeforeMs,
			most,
		).map(({ slice }) => slice);
	}

	endAll(atMs: number): void {
		const open = readRows(this.#sql, SliceColumn, "SELECT slice FROM slices WHERE closed = 0 AND ends_at_ms > ?", atMs);
		for (const { slice } of open) this.putSlice({ ...slice, endsAtMs: atMs, askedAtMs: 0 });
	}

	earliestDue(afterEndMs: number, afterAskedMs: number): number | null {
		return (
			readRow(this.#sql, Earliest, "SELECT min(max(ends_at_ms + ?, asked_at_ms + ?)) AS at FROM slices", afterEndMs, afterAskedMs)?.at ??
			null
		);
	}
}
