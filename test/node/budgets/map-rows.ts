import type { Ledger, LedgerRows, SliceRow } from "../../../worker/budgets/ledger-rows.ts";
import type { ShareDimension } from "../../../worker/budgets/share.ts";

/** A tenant's budget in memory. */
export class MapRows implements LedgerRows {
	#ledger: Ledger | null = null;
	readonly #highest = new Map<string, number>();
	readonly slices = new Map<string, SliceRow>();

	ledger(): Ledger | null {
		return this.#ledger;
	}
	putLedger(ledger: Ledger): void {
		this.#ledger = ledger;
	}
	highest(holder: string): number {
		return this.#highest.get(holder) ?? 0;
	}
	putHighest(holder: string, n: number): void {
		this.#highest.set(holder, n);
	}
	slice(holder: string, n: number): SliceRow | null {
		return this.slices.get(`${holder} ${n}`) ?? null;
	}
	putSlice(row: SliceRow): void {
		this.slices.set(`${row.holder} ${row.n}`, row);
	}
	dropSlice(holder: string, n: number): void {
		this.slices.delete(`${holder} ${n}`);
	}
	idle(dimension: ShareDimension, exceptHolder: string, askedBeforeMs: number, most: number): SliceRow[] {
		const found = [...this.slices.values()].filter(
			({ holder, closed, askedAtMs, amount, settled, held }) =>
				holder !== exceptHolder &&
				askedAtMs <= askedBeforeMs &&
				(closed ? (held[dimension] ?? 0) > 0 : (amount[dimension] ?? 0) > (settled[dimension] ?? 0) + (held[dimension] ?? 0)),
		);
		return found.sort((left, right) => left.askedAtMs - right.askedAtMs).slice(0, most);
	}
	overdue(endedBeforeMs: number, askedBeforeMs: number, most: number): SliceRow[] {
		const found = [...this.slices.values()].filter(({ endsAtMs, askedAtMs }) => endsAtMs <= endedBeforeMs && askedAtMs <= askedBeforeMs);
		return found.slice(0, most);
	}
	endAll(atMs: number): void {
		for (const row of [...this.slices.values()])
			if (!row.closed && row.endsAtMs > atMs) this.putSlice({ ...row, endsAtMs: atMs, askedAtMs: 0 });
	}
}
