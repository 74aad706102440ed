import type { TenantLimits } from "../../contract/budgets.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { LeaseAnswer, LeaseAsk, SliceAck, SliceReport } from "./lease-messages.ts";
import type { Ledger, LedgerRows, SliceRow } from "./ledger-rows.ts";
import {
	boundsOf,
	countSlice,
	crossLedger,
	emptyLedger,
	limitedDimensions,
	moveLedger,
	rollLedger,
	shortageOf,
	windowStarts,
} from "./ledger-window.ts";
import { isNothing, pickShare, type Share, type ShareDimension, shareOf } from "./share.ts";
import { sizeSlice } from "./size-slice.ts";
import type { Threshold } from "./thresholds.ts";
import { tighterTenantLimits } from "./tighter-limits.ts";

/** What a step tells besides its answer: limits of which a part has been reached, by the report of which holder. */
export type Tell = (threshold: Threshold, holder: string) => void;

/**
 * A tenant's budget, lent to its agents in slices. After every step, on every limit: settled + leased <= limit, where leased is all that the slices' holders
 * may still spend. What is lent comes back by its holder's word alone, never by a clock: until it reports, all that it could have spent counts as leased.
 */
export class TenantLedger {
	readonly #rows: LedgerRows;
	readonly #tell: Tell;
	/** Until when nothing of a dimension is worth looking for: a refused agent asks again at once. Only memory: it saves work. */
	readonly #dryUntilMs = new Map<string, number>();

	constructor(rows: LedgerRows, tell: Tell = () => {}) {
		this.#rows = rows;
		this.#tell = tell;
	}

	/** Takes the reports that came with an ask, then gives what was asked for; the same ask again gets the same slice. A short one may be asked again. */
	lease(ask: LeaseAsk, nowMs: number): LeaseAnswer {
		const acks = this.report(ask.holder, ask.reports, nowMs);
		const known = this.#rows.slice(ask.holder, ask.n);
		if (known !== null) return this.#again(known, acks, nowMs);
		if (ask.n <= this.#rows.highest(ask.holder)) return { kind: "gone", n: ask.n, acks };
		const ledger = this.#ledger(nowMs);
		const limited = limitedDimensions(ledger.limits);
		const want = pickShare(ask.want, limited);
		const shortage = shortageOf(ledger, want);
		if (shortage !== null) return { kind: "short", n: ask.n, shortage, acks };
		const { amount, validForMs, scarce } = sizeSlice(ledger, want, ask.wish, limited, nowMs);
		// It is not asked back while its answer is on the way.
		const askedAtMs = nowMs + LIMITS.sliceMs.min - LIMITS.sliceAskAgainMs;
		const row: SliceRow = {
			...{ holder: ask.holder, n: ask.n, amount, limited, windows: windowStarts(ledger), settled: {}, held: {} },
			...{ closed: false, scarce, revision: -1, endsAtMs: nowMs + validForMs, askedAtMs },
		};
		this.#rows.putHighest(ask.holder, ask.n);
		this.#rows.putSlice(row);
		this.#rows.putLedger(countSlice(ledger, null, row));
		return { kind: "leased", slice: { n: ask.n, amount, limited, validForMs, scarce, timeZone: ledger.timeZone }, acks };
	}

	/** Refuses an ask for good: one that comes late gets nothing. */
	refuse({ holder, n }: LeaseAsk): void {
		this.#rows.putHighest(holder, Math.max(n, this.#rows.highest(holder)));
	}

	#again({ n, amount, limited, closed, scarce, endsAtMs }: SliceRow, acks: readonly SliceAck[], nowMs: number): LeaseAnswer {
		if (closed || endsAtMs <= nowMs) return { kind: "gone", n, acks };
		// A clock that ran backwards must not make its time longer than it was.
		const validForMs = Math.min(endsAtMs - nowMs, LIMITS.sliceMs.max);
		return { kind: "leased", slice: { n, amount, limited, validForMs, scarce, timeZone: this.#ledger(nowMs).timeZone }, acks };
	}

	/** Takes what a holder tells of its slices; of each only the newest counts. @returns what is known of each now */
	report(holder: string, reports: readonly SliceReport[], nowMs: number): SliceAck[] {
		let ledger = reports.length === 0 ? null : this.#ledger(nowMs);
		for (const report of reports) {
			const row = this.#rows.slice(holder, report.n);
			if (row === null) {
				// The ask for it may still be on its way: it comes to nothing.
				this.#rows.putHighest(holder, Math.max(report.n, this.#rows.highest(holder)));
			} else if (ledger !== null && report.revision > row.revision) {
				const after = reported(row, report);
				ledger = countSlice(ledger, row, after);
				if (after.closed && isNothing(after.held)) this.#rows.dropSlice(holder, report.n);
				else this.#rows.putSlice(after);
			}
		}
		if (ledger !== null) {
			const crossed = crossLedger(ledger);
			this.#rows.putLedger(crossed.ledger);
			for (const threshold of crossed.told) this.#tell(threshold, holder);
		}
		return reports.map(({ n, revision }) => ({ n, revision }));
	}

	/**
	 * Slices to ask back after an answer: one that is short, or that gave what is scarce. What is lent and not used goes to where it is wanted. Each is marked,
	 * so that it is not asked back again at once.
	 */
	toAskBack(ask: LeaseAsk, answer: LeaseAnswer, nowMs: number): SliceRow[] {
		const dimension = this.#missing(ask, answer, nowMs);
		if (dimension === null) return [];
		if ((this.#dryUntilMs.get(dimension) ?? 0) > nowMs) return [];
		const found = this.#rows.idle(dimension, ask.holder, nowMs - LIMITS.sliceAskAgainMs, LIMITS.slicesAskedBack);
		if (found.length === 0) this.#dryUntilMs.set(dimension, nowMs + LIMITS.sliceMs.min);
		return this.#marked(found, nowMs);
	}

	#missing(ask: LeaseAsk, answer: LeaseAnswer, nowMs: number): ShareDimension | null {
		if (answer.kind === "short") return answer.shortage.dimension;
		if (answer.kind === "gone" || !answer.slice.scarce) return null;
		const bounds = boundsOf(this.#ledger(nowMs), answer.slice.limited).filter(({ dimension }) => (ask.want[dimension] ?? 0) > 0);
		return bounds.sort((one, other) => one.left / one.limit - other.left / other.limit)[0]?.dimension ?? null;
	}

	/** Slices whose time is over, with time for their holders to say so by themselves, to be asked back. Those that nobody told of for very long are written off. */
	overdue(nowMs: number): SliceRow[] {
		const found = this.#rows.overdue(nowMs - 2 * LIMITS.sliceReportMs, nowMs - LIMITS.sliceReportMs, LIMITS.slicesPerAlarm);
		const lost = found.filter(({ endsAtMs }) => endsAtMs + LIMITS.sliceWriteOffMs <= nowMs);
		for (const { holder, n, amount } of lost)
			this.report(holder, [{ n, revision: Number.MAX_SAFE_INTEGER, settled: amount, held: {}, closed: true }], nowMs);
		return this.#marked(
			found.filter((row) => !lost.includes(row)),
			nowMs,
		);
	}

	#marked(rows: readonly SliceRow[], nowMs: number): SliceRow[] {
		const marked = rows.map((row) => ({ ...row, askedAtMs: nowMs }));
		for (const row of marked) this.#rows.putSlice(row);
		return marked;
	}

	/**
	 * Sets the tenant's own limits or the operator's; the zone holds from each window's next beginning. What is lent stays lent until it comes back, and is asked
	 * back: a lower limit lends nothing until enough has.
	 */
	setLimits(limits: TenantLimits, timeZone: string, nowMs: number, whose: "own" | "ceiling" = "own"): void {
		const known = this.#rows.ledger();
		const before = known === null ? emptyLedger({}, timeZone, nowMs) : rollLedger(known, nowMs);
		const [own, ceiling] = whose === "own" ? [limits, before.ceiling] : [before.own, limits];
		const after = { ...moveLedger(before, timeZone, nowMs), limits: tighterTenantLimits(own, ceiling), own, ceiling };
		this.#rows.putLedger(after);
		// What binds as before need not be told.
		const isSame = timeZone === before.timeZone && JSON.stringify(after.limits) === JSON.stringify(before.limits);
		if (!isSame) this.#rows.endAll(nowMs - 2 * LIMITS.sliceReportMs);
	}

	/** The ledger as it is at a moment. */
	read(nowMs: number): Ledger {
		return this.#ledger(nowMs);
	}

	#ledger(nowMs: number): Ledger {
		return rollLedger(this.#rows.ledger() ?? emptyLedger({}, "UTC", nowMs), nowMs);
	}
}

/** A row after a newer report. A holder's word never makes a slice larger than it is, nor what was settled less. */
const reported = (row: SliceRow, report: SliceReport): SliceRow => {
	const settled = shareOf((dimension) => {
		const told = Math.max(row.settled[dimension] ?? 0, report.settled[dimension] ?? 0);
		return row.limited.includes(dimension) ? Math.min(told, row.amount[dimension] ?? 0) : told;
	});
	const held: Share = shareOf((dimension) => {
		const told = report.held[dimension] ?? 0;
		const most = row.limited.includes(dimension) ? (row.amount[dimension] ?? 0) - (settled[dimension] ?? 0) : told;
		return Math.max(0, Math.min(told, most));
	});
	return { ...row, settled, held, closed: row.closed || report.closed, revision: report.revision };
};
