import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import {
	askForSlice,
	giveBackSlice,
	holdInSlices,
	NO_SLICES,
	reportsOf,
	settleInSlices,
	takeAnswer,
} from "../../../worker/budgets/agent-slices.ts";
import { rollLedger } from "../../../worker/budgets/ledger-window.ts";
import { TenantLedger } from "../../../worker/budgets/tenant-ledger.ts";
import { MapRows } from "./map-rows.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const RUN = { runs: 1 };

/** A holder's slices after its first lease. */
const leased = (ledger: TenantLedger, sentAtMs: number, hereMs = sentAtMs) => {
	const asked = askForSlice(NO_SLICES, "agt_1", RUN, sentAtMs);
	if (asked === null) throw new Error("nothing is closing");
	return takeAnswer(asked.slices, ledger.lease(asked.ask, hereMs), sentAtMs, sentAtMs + 5).slices;
};

const ledgerWith = (limits: Parameters<TenantLedger["setLimits"]>[0], timeZone = "UTC"): TenantLedger => {
	const ledger = new TenantLedger(new MapRows());
	ledger.setLimits(limits, timeZone, NOON);
	return ledger;
};

describe("a slice", () => {
	it("is good for the longest time in plenty, and never over the end of a window that it counts under, but for a margin", () => {
		expect(leased(ledgerWith({ lifetime: { runs: 1_000 } }), NOON).open?.untilMs).toBe(NOON + LIMITS.sliceMs.max);
		expect(leased(ledgerWith({ hour: { runs: 1_000 } }), NOON).open?.untilMs).toBe(NOON + 3_600_000 - LIMITS.sliceMarginMs);
		expect(leased(ledgerWith({ minute: { egressBytes: 9 }, lifetime: { runs: 1_000 } }), NOON).open?.untilMs).toBe(
			NOON + LIMITS.sliceMs.max,
		);
	});

	it("can be held from to the last millisecond of its time and not one later", () => {
		const slices = leased(ledgerWith({ hour: { runs: 1_000 } }), NOON);
		const untilMs = slices.open?.untilMs ?? 0;
		expect(holdInSlices(slices, RUN, untilMs - 1)).not.toBeNull();
		expect(holdInSlices(slices, RUN, untilMs)).toBeNull();
	});

	it("cannot be held from by a clock that runs backwards past what it has seen", () => {
		const slices = leased(ledgerWith({ hour: { runs: 1_000 } }), NOON);
		const later = holdInSlices(slices, RUN, NOON + 600_000)?.slices ?? NO_SLICES;
		expect(holdInSlices(later, RUN, NOON + 600_000 - LIMITS.sliceBackwardsMs)).not.toBeNull();
		expect(holdInSlices(later, RUN, NOON + 600_000 - LIMITS.sliceBackwardsMs - 1)).toBeNull();
		expect(holdInSlices(slices, RUN, NOON - 1)).toBeNull();
	});

	it("gives what it has and not one more", () => {
		let slices = leased(ledgerWith({ day: { runs: 2 } }), NOON);
		expect(slices.open?.amount).toEqual({ runs: 1 });
		slices = holdInSlices(slices, RUN, NOON + 6)?.slices ?? slices;
		expect(holdInSlices(slices, RUN, NOON + 7)).toBeNull();
	});

	it("is what is wanted, for seconds, when little is left, and large while there is plenty", () => {
		expect(leased(ledgerWith({ day: { runs: 1_000_000 } }), NOON).open).toMatchObject({ amount: { runs: 16 }, scarce: false });
		const ledger = ledgerWith({ day: { runs: 100 } });
		const first = { holder: "agt_0", n: 1, want: { runs: 90 }, wish: {}, reports: [] };
		expect(ledger.lease(first, NOON).kind).toBe("leased");
		expect(leased(ledger, NOON).open).toMatchObject({ amount: { runs: 1 }, scarce: true, untilMs: NOON + LIMITS.sliceMs.scarce });
	});

	it("is asked for again with the same number until it is answered, and no more once too many are not told to the end", () => {
		const asked = askForSlice(NO_SLICES, "agt_1", RUN, NOON);
		expect(askForSlice(asked?.slices ?? NO_SLICES, "agt_1", { runs: 5 }, NOON + 9)?.ask).toEqual(asked?.ask);
		const over = { n: 1, amount: {}, limited: [], settled: {}, held: { runs: 1 }, fromMs: 0, untilMs: 0, seenMs: 0 };
		const closing = Array.from({ length: LIMITS.slicesPerAgent }, () => ({ ...over, scarce: false, closed: true, revision: 1, acked: 1 }));
		expect(askForSlice({ ...NO_SLICES, closing: closing.slice(1) }, "agt_1", RUN, NOON)).not.toBeNull();
		expect(askForSlice({ ...NO_SLICES, closing }, "agt_1", RUN, NOON)).toBeNull();
	});
});

describe("a tenant's ledger", () => {
	it("takes a late report of a slice for less than a newer one, and none for more than the slice", () => {
		const ledger = ledgerWith({ lifetime: { runs: 100 } });
		ledger.lease({ holder: "a", n: 1, want: { runs: 10 }, wish: {}, reports: [] }, NOON);
		ledger.report("a", [{ n: 1, revision: 5, settled: { runs: 4 }, held: { runs: 3 }, closed: true }], NOON);
		ledger.report("a", [{ n: 1, revision: 4, settled: { runs: 9 }, held: { runs: 1 }, closed: false }], NOON);
		expect(ledger.read(NOON).windows.lifetime).toMatchObject({ settled: { runs: 4 }, leased: { runs: 3 } });
		ledger.report("a", [{ n: 1, revision: 6, settled: { runs: 99 }, held: { runs: 99 }, closed: true }], NOON);
		expect(ledger.read(NOON).windows.lifetime).toMatchObject({ settled: { runs: 10 }, leased: {} });
	});

	it("keeps a window that has begun when the zone changes; the next ends by the new clocks, and is never shorter than a whole one", () => {
		const ledger = ledgerWith({ day: { runs: 100 } }, "UTC");
		leased(ledger, NOON);
		ledger.setLimits({ day: { runs: 100 } }, "Asia/Tokyo", NOON);
		const endMs = Date.UTC(2026, 10, 22);
		expect(ledger.read(NOON).windows.day.resetsAtMs).toBe(endMs);
		expect(ledger.read(endMs).windows.day).toMatchObject({ startMs: endMs, resetsAtMs: Date.UTC(2026, 10, 23, 15) });
	});

	it("begins a window anew by the new clocks at once where nothing was spent in it", () => {
		const ledger = ledgerWith({ day: { runs: 100 } }, "UTC");
		ledger.setLimits({ day: { runs: 100 } }, "Asia/Tokyo", NOON);
		const { startMs, resetsAtMs } = ledger.read(NOON).windows.day;
		expect([startMs, resetsAtMs]).toEqual([Date.UTC(2026, 10, 20, 15), Date.UTC(2026, 10, 21, 15)]);
	});

	it("gives a day's money once a day, to a tenant too that changes its zone every hour", () => {
		const ledger = ledgerWith({}, "UTC");
		ledger.setLimits({ day: { runs: 10 } }, "UTC", NOON, "ceiling");
		let given = 0;
		for (let hour = 0; hour < 10 * 24; hour += 1) {
			const nowMs = NOON + hour * 3_600_000;
			const westward = 12 - (hour % 24);
			ledger.setLimits({}, `Etc/GMT${westward < 0 ? westward : `+${westward}`}`, nowMs);
			const ask = { holder: "a", n: hour + 1, want: { runs: 10 }, wish: {}, reports: [] };
			if (ledger.lease(ask, nowMs).kind !== "leased") continue;
			given += 1;
			ledger.report("a", [{ n: hour + 1, revision: 1, settled: { runs: 10 }, held: {}, closed: true }], nowMs);
		}
		expect(given).toBeLessThanOrEqual(11);
		expect(given).toBeGreaterThanOrEqual(5);
	});

	it("gives a day's money once a day, to a tenant too that moves, before it spends, to where a day is about to end", () => {
		const ledger = ledgerWith({}, "UTC");
		ledger.setLimits({ day: { runs: 10 } }, "UTC", NOON, "ceiling");
		let given = 0;
		for (let hour = 0; hour < 10 * 24; hour += 1) {
			const nowMs = NOON + hour * 3_600_000;
			// Its clocks show 23:00 there.
			const eastward = ((23 - ((12 + hour) % 24) + 12) % 24) - 12;
			ledger.setLimits({}, `Etc/GMT${eastward > 0 ? -eastward : `+${-eastward}`}`, nowMs);
			const ask = { holder: "a", n: hour + 1, want: { runs: 10 }, wish: {}, reports: [] };
			if (ledger.lease(ask, nowMs).kind !== "leased") continue;
			given += 1;
			ledger.report("a", [{ n: hour + 1, revision: 1, settled: { runs: 10 }, held: {}, closed: true }], nowMs);
		}
		expect(given).toBeLessThanOrEqual(11);
		expect(given).toBeGreaterThanOrEqual(5);
	});

	it("binds by the tighter of the tenant's own limits and the operator's, whoever sets which first", () => {
		const [own, ceiling] = [
			{ day: { runs: 3, calls: 8 }, liveRuns: 9 },
			{ day: { runs: 5 }, month: { tokens: 1 }, liveRuns: 2 },
		];
		const wanted = { day: { runs: 3, calls: 8 }, month: { tokens: 1 }, liveRuns: 2 };
		for (const ownFirst of [true, false]) {
			const ledger = new TenantLedger(new MapRows());
			if (ownFirst) ledger.setLimits(own, "UTC", NOON);
			ledger.setLimits(ceiling, "UTC", NOON, "ceiling");
			if (!ownFirst) ledger.setLimits(own, "UTC", NOON);
			expect(ledger.read(NOON)).toMatchObject({ limits: wanted, own, ceiling });
		}
	});

	it("asks back an open slice of which something is free, and a closed one of which something was held when that was last told", () => {
		const ledger = ledgerWith({ liveRuns: 2 });
		const ask = (holder: string) => ledger.lease({ holder, n: 1, want: { liveRuns: 1 }, wish: {}, reports: [] }, NOON);
		for (const holder of ["a", "b"]) expect(ask(holder).kind).toBe("leased");
		ledger.report("a", [{ n: 1, revision: 1, settled: {}, held: { liveRuns: 1 }, closed: true }], NOON);
		const wanted = { holder: "c", n: 1, want: { liveRuns: 1 }, wish: {}, reports: [] };
		const later = NOON + LIMITS.sliceMs.min;
		const back = ledger.toAskBack(wanted, ledger.lease(wanted, later), later);
		expect(back.map(({ holder }) => holder).sort()).toEqual(["a", "b"]);
	});

	it("asks no slice back when limits are set that bind as before", () => {
		const ledger = ledgerWith({ day: { runs: 100 } });
		expect(leased(ledger, NOON).open).not.toBeNull();
		ledger.setLimits({ day: { runs: 100 } }, "UTC", NOON);
		ledger.setLimits({ day: { runs: 200 } }, "UTC", NOON, "ceiling");
		expect(ledger.overdue(NOON)).toEqual([]);
		ledger.setLimits({ day: { runs: 50 } }, "UTC", NOON);
		expect(ledger.overdue(NOON)).toHaveLength(1);
	});

	it("does not open an old window again when its clock runs backwards", () => {
		const ledger = rollLedger(ledgerWith({ day: { runs: 1 } }).read(NOON), NOON + 86_400_000);
		expect(rollLedger(ledger, NOON).windows.day.startMs).toBe(Date.UTC(2026, 10, 22));
	});

	it("counts under a limit that is new what was held when there was none, and what becomes of it", () => {
		const ledger = ledgerWith({});
		const held = holdInSlices(leased(ledger, NOON), { usdMicros: 10, liveRuns: 1 }, NOON + 5)?.slices ?? NO_SLICES;
		ledger.setLimits({ day: { usdMicros: 12 }, liveRuns: 1 }, "UTC", NOON + 6, "ceiling");
		let slices = giveBackSlice(held, 1, NOON + 7);
		ledger.report("agt_1", reportsOf(slices), NOON + 7);
		const shortOf = (want: { usdMicros: number } | { liveRuns: number }, n: number) =>
			ledger.lease({ holder: "agt_2", n, want, wish: {}, reports: [] }, NOON + 8);
		expect(shortOf({ liveRuns: 1 }, 1)).toMatchObject({ kind: "short", shortage: { left: 0 } });
		expect(shortOf({ usdMicros: 3 }, 1)).toMatchObject({ kind: "short", shortage: { left: 2 } });
		slices = settleInSlices(slices, 1, { usdMicros: 10, liveRuns: 1 }, { usdMicros: 6 }, NOON + 9);
		ledger.report("agt_1", reportsOf(slices), NOON + 9);
		expect(ledger.read(NOON + 9).windows.day).toMatchObject({ settled: { usdMicros: 6 }, leased: {} });
		expect([shortOf({ liveRuns: 1 }, 1).kind, shortOf({ usdMicros: 6 }, 2).kind]).toEqual(["leased", "leased"]);
	});

	it("lends nothing under a limit that was lowered below what is lent, until enough has come back", () => {
		const ledger = ledgerWith({ day: { runs: 100 } });
		ledger.lease({ holder: "a", n: 1, want: { runs: 50 }, wish: {}, reports: [] }, NOON);
		ledger.setLimits({ day: { runs: 20 } }, "UTC", NOON);
		const ask = { holder: "b", n: 1, want: RUN, wish: {}, reports: [] };
		expect(ledger.lease(ask, NOON)).toMatchObject({ kind: "short", shortage: { left: 0, limit: 20 } });
		ledger.report("a", [{ n: 1, revision: 1, settled: { runs: 5 }, held: {}, closed: true }], NOON);
		expect(ledger.lease(ask, NOON).kind).toBe("leased");
	});
});
