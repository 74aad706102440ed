import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TenantLimits, TimeZone } from "../../../contract/budgets.ts";
import { BudgetState, crossThresholds, emptyBudget, Hold, holdAmount, rollOver, settleHold } from "../../../worker/budgets/budget-state.ts";
import { describeShortage } from "../../../worker/budgets/describe-budget.ts";
import { holdLevels } from "../../../worker/budgets/hold-levels.ts";
import { DEFAULT_PRICES, priceOf } from "../../../worker/budgets/prices.ts";
import { thresholdsCrossed } from "../../../worker/budgets/thresholds.ts";
import { toVector, ZERO } from "../../../worker/budgets/vector.ts";

const NOON = Date.UTC(2026, 10, 21, 12);

describe("thresholds", () => {
	it("are crossed from the amount that reaches them on", () => {
		expect(thresholdsCrossed(10, 4, 5)).toEqual([50]);
		expect(thresholdsCrossed(10, 5, 7)).toEqual([]);
		expect(thresholdsCrossed(10, 0, 10)).toEqual([50, 80, 100]);
		expect(thresholdsCrossed(0, 0, 0)).toEqual([]);
	});

	it("are told once a window and dimension, however spending comes", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (amounts) => {
				const limits = { day: { runs: 50 } };
				let state = emptyBudget(NOON);
				const told: number[] = [];
				let settled = 0;
				for (const runs of amounts) {
					const held = holdAmount(state, limits, toVector({ runs }), NOON);
					if (held.kind === "short") continue;
					settled += runs;
					const crossed = crossThresholds(settleHold(held.state, held.hold, toVector({ runs }), NOON), limits);
					state = crossed.state;
					told.push(...crossed.told.map(({ percent }) => percent));
				}
				expect(told).toEqual([50, 80, 100].filter((percent) => settled * 100 >= percent * 50));
			}),
		);
	});

	it("are told again in the next window, and not after a limit was raised and reached again", () => {
		const spend = (state: BudgetState, runs: number, limit: number, atMs: number) => {
			const held = holdAmount(state, {}, toVector({ runs }), atMs);
			if (held.kind === "short") throw new Error("nothing is limited");
			return crossThresholds(settleHold(held.state, held.hold, toVector({ runs }), atMs), { hour: { runs: limit } });
		};
		const first = spend(emptyBudget(NOON), 5, 10, NOON);
		expect(first.told.map(({ percent }) => percent)).toEqual([50]);
		const raised = spend(first.state, 5, 20, NOON);
		expect(raised.told).toEqual([]);
		expect(spend(raised.state, 5, 10, NOON + 3_600_000).told).toHaveLength(1);
	});
});

describe("a budget's state", () => {
	it("of before there were minutes and zones reads as one, with nothing spent in the minute", () => {
		const window = { startMs: Date.UTC(2026, 10, 21, 12), settled: ZERO, held: ZERO };
		const old = BudgetState.parse({
			hour: window,
			day: { ...window, startMs: Date.UTC(2026, 10, 21) },
			month: window,
			lifetime: { ...window, startMs: 0 },
		});
		const state = rollOver(old, NOON + 1);
		expect(state.hour).toEqual(window);
		expect(state.minute).toMatchObject({ startMs: NOON, settled: ZERO });
		expect(Hold.parse({ amount: ZERO, windows: { hour: 1, day: 1, month: 1, lifetime: 0 } }).windows.minute).toBe(-1);
	});

	it("is held on every level or on none, and the shortage names the level", () => {
		const agent = { level: "agent" as const, state: emptyBudget(NOON), limits: { day: { calls: 10 } } };
		const grant = { level: "grant" as const, grant: "web", state: emptyBudget(NOON), limits: { minute: { calls: 2 } } };
		expect(holdLevels([agent, grant], toVector({ calls: 2 }), NOON).kind).toBe("held");
		const short = holdLevels([agent, grant], toVector({ calls: 3 }), NOON);
		if (short.kind !== "short") throw new Error("the grant has two a minute");
		expect(short.shortage).toMatchObject({ level: "grant", grant: "web", window: "minute", left: 2, resetsAtMs: NOON + 60_000 });
		expect(describeShortage(short.shortage)).toBe(
			"Setting budget aside: 2 calls left of the grant web's minute limit of 2, wanted 3; it resets at 2026-11-21T12:01:00.000Z",
		);
	});
});

describe("prices", () => {
	it("of a table without changes are the platform's, to the micro", () => {
		const amount = fc.record({
			runs: fc.nat(1_000),
			cpuMs: fc.nat(10_000_000),
			egressBytes: fc.nat(2_000_000_000),
			usdMicros: fc.nat(1_000),
		});
		const nanos = (used: { runs: number; cpuMs: number; egressBytes: number }) =>
			used.runs * 300 + used.cpuMs * 20 + (used.egressBytes / 1024) * 90;
		fc.assert(
			fc.property(amount, (used) => {
				expect(priceOf(used)).toBe(Math.ceil(nanos(used) / 1000) + used.usdMicros);
			}),
		);
	});

	it("add a verb's price a call and a thousand tokens, of that verb alone, whatever its name", () => {
		const table = { ...DEFAULT_PRICES, verbs: { "ai.complete": { callNanos: 5_000, kiloTokenNanos: 2_000_000 } } };
		expect(priceOf({ calls: 1, tokens: 500 }, table, "ai.complete")).toBe(1_005);
		expect(priceOf({ calls: 1, tokens: 500 }, table, "http.fetch")).toBe(0);
		expect(priceOf({ calls: 1, tokens: 500 }, table, "constructor")).toBe(0);
	});
});

describe("what a tenant may set", () => {
	it("is whole amounts that are kept exactly, and names of zones", () => {
		const isLimit = (runs: unknown): boolean => TenantLimits.safeParse({ day: { runs }, liveRuns: 1 }).success;
		expect([0, 1, Number.MAX_SAFE_INTEGER].every(isLimit)).toBe(true);
		expect([-1, 0.5, Number.NaN, 2 ** 53, "1", null].some(isLimit)).toBe(false);
		expect(["UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"].every((name) => TimeZone.safeParse(name).success)).toBe(true);
		expect(["", "../etc", "a b"].some((name) => TimeZone.safeParse(name).success)).toBe(false);
	});
});
