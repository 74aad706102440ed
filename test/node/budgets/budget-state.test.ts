import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	type BudgetState,
	coveredBy,
	emptyBudget,
	type Hold,
	holdAmount,
	rollOver,
	settleHold,
} from "../../../worker/budgets/budget-state.ts";
import { describeBudget } from "../../../worker/budgets/describe-budget.ts";
import { priceOf } from "../../../worker/budgets/prices.ts";
import { DIMENSIONS, toVector, type Vector, ZERO } from "../../../worker/budgets/vector.ts";
import { WINDOW_KINDS, windowReset, windowStart } from "../../../worker/budgets/windows.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const limited = { day: { runs: 10, calls: 20, cpuMs: 5_000, egressBytes: 1_000 }, hour: { runs: 6 }, lifetime: { usdMicros: 900 } };

const amount = fc.record({
	runs: fc.integer({ min: 0, max: 3 }),
	calls: fc.integer({ min: 0, max: 5 }),
	cpuMs: fc.integer({ min: 0, max: 2_000 }),
	egressBytes: fc.integer({ min: 0, max: 300 }),
	usdMicros: fc.integer({ min: 0, max: 200 }),
});
const step = fc.oneof(
	fc.record({ kind: fc.constant("hold" as const), amount, afterMs: fc.integer({ min: -60_000, max: 3_600_000 }) }),
	fc.record({ kind: fc.constant("settle" as const), which: fc.nat(), used: amount, afterMs: fc.integer({ min: 0, max: 7_200_000 }) }),
);

const withinLimits = (state: BudgetState): boolean =>
	WINDOW_KINDS.every((kind) => {
		const limits: Partial<Vector> = kind === "month" || kind === "minute" ? {} : limited[kind];
		return DIMENSIONS.every((dimension) => {
			const used = state[kind].settled[dimension] + state[kind].held[dimension];
			return state[kind].held[dimension] >= 0 && used >= 0 && used <= (limits[dimension] ?? Number.POSITIVE_INFINITY);
		});
	});

describe("a budget", () => {
	it("keeps settled + held within every limit, whatever is held and settled in whatever order, across windows", () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
				let state = emptyBudget(NOON);
				let nowMs = NOON;
				const holds: Hold[] = [];
				for (const next of steps) {
					nowMs += next.afterMs;
					if (next.kind === "hold") {
						const answer = holdAmount(state, limited, toVector(next.amount), nowMs);
						if (answer.kind === "held") {
							state = answer.state;
							holds.push(answer.hold);
						}
					} else if (holds.length > 0) {
						const [hold] = holds.splice(next.which % holds.length, 1);
						if (hold !== undefined) state = settleHold(state, hold, coveredBy(hold, toVector(next.used)), nowMs);
					}
					expect(withinLimits(state)).toBe(true);
				}
				for (const hold of holds) state = settleHold(state, hold, ZERO, nowMs);
				for (const kind of WINDOW_KINDS) expect(state[kind].held).toEqual(ZERO);
			}),
			{ numRuns: 400 },
		);
	});

	it("refuses the hold that would pass a limit, and names window, dimension, limit, what is left and when it resets", () => {
		const first = holdAmount(emptyBudget(NOON), limited, toVector({ runs: 5 }), NOON);
		if (first.kind !== "held") throw new Error("the first hold fits");
		expect(holdAmount(first.state, limited, toVector({ runs: 1 }), NOON).kind).toBe("held");
		expect(holdAmount(first.state, limited, toVector({ runs: 2 }), NOON)).toEqual({
			kind: "short",
			shortage: { window: "hour", dimension: "runs", limit: 6, left: 1, wanted: 2, resetsAtMs: NOON + 3_600_000 },
		});
	});

	it("gives nothing back beyond a hold for time that a clock set back has measured, and charges all of it where nobody measured a number", () => {
		const held = holdAmount(emptyBudget(NOON), limited, toVector({ cpuMs: 1_000, wallMs: 10_000, egressBytes: 90 }), NOON);
		if (held.kind !== "held") throw new Error("there is room");
		const real = toVector({ cpuMs: Number.NaN, wallMs: -3_600_000, egressBytes: Number.POSITIVE_INFINITY });
		const { settled } = settleHold(held.state, held.hold, coveredBy(held.hold, real), NOON).day;
		expect(settled).toMatchObject({ cpuMs: 1_000, wallMs: 0, egressBytes: 90 });
	});

	it("charges a hold to the windows it was made in when one has ended meanwhile", () => {
		const made = holdAmount(emptyBudget(NOON), {}, toVector({ runs: 1, cpuMs: 100 }), NOON);
		if (made.kind !== "held") throw new Error("nothing is limited");
		const later = settleHold(made.state, made.hold, toVector({ runs: 1, cpuMs: 40 }), NOON + 3_600_001);
		expect(later.hour).toEqual({ startMs: NOON + 3_600_000, resetsAtMs: NOON + 7_200_000, settled: ZERO, held: ZERO });
		expect(later.day.settled).toEqual(toVector({ runs: 1, cpuMs: 40 }));
	});

	it("does not open an old window again when the clock runs backwards", () => {
		const state = rollOver(emptyBudget(NOON), NOON - 86_400_000);
		expect(state.day.startMs).toBe(Date.UTC(2026, 10, 21));
	});

	it("shows what is left of limited dimensions only", () => {
		const made = holdAmount(emptyBudget(NOON), limited, toVector({ runs: 2, cpuMs: 500 }), NOON);
		if (made.kind !== "held") throw new Error("it fits");
		expect(describeBudget(limited, made.state, NOON).windows.day.left).toEqual({ runs: 8, calls: 20, cpuMs: 4_500, egressBytes: 1_000 });
	});
});

describe("windows", () => {
	it("begin and end where the calendar says, in UTC", () => {
		const at = Date.UTC(2024, 1, 29, 23, 59, 59, 999);
		expect(windowStart("month", at)).toBe(Date.UTC(2024, 1, 1));
		expect(windowReset("month", at)).toBe(Date.UTC(2024, 2, 1));
		expect(windowReset("day", at)).toBe(Date.UTC(2024, 2, 1));
		expect(windowReset("hour", at)).toBe(Date.UTC(2024, 2, 1));
		expect(windowReset("lifetime", at)).toBeNull();
	});
});

describe("prices", () => {
	it("round up to the next millionth of a dollar and add what a verb paid elsewhere", () => {
		expect(priceOf({})).toBe(0);
		expect(priceOf({ runs: 1 })).toBe(1);
		expect(priceOf({ cpuMs: 1_000_000 })).toBe(20_000);
		expect(priceOf({ egressBytes: 1_048_576, usdMicros: 7 })).toBe(100);
	});

	it("gives no window's money many times a day to an agent whose tenant changes its zone again and again", () => {
		const zones = Array.from({ length: 24 }, (_each, hour) =>
			hour === 0 ? "UTC" : `Etc/GMT${hour <= 12 ? "-" : "+"}${hour <= 12 ? hour : 24 - hour}`,
		);
		const days = 10;
		let state = emptyBudget(NOON);
		let spent = 0;
		for (let step = 0; step < days * 24; step += 1) {
			const [atMs, zone] = [NOON + step * 3_600_000, zones[(24 - (step % 24)) % 24]];
			const made = holdAmount(state, { day: { runs: 1 } }, toVector({ runs: 1 }), atMs, zone);
			if (made.kind === "short") continue;
			spent += 1;
			state = settleHold(made.state, made.hold, toVector({ runs: 1 }), atMs, zone);
		}
		expect(spent).toBeLessThanOrEqual(days + 1);
	});
});
