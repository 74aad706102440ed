import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { WINDOW_KINDS, windowReset, windowSpan, windowStart } from "../../../worker/budgets/windows.ts";
import { isTimeZone } from "../../../worker/budgets/zone-clock.ts";

/** Zones whose clocks do what is hard: by half an hour, at midnight, by a day, with odd minutes, not at all. */
const ZONES = [
	...["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"],
	...["Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns", "Asia/Beirut", "America/Havana", "Asia/Kolkata", "Africa/Casablanca"],
];
const FROM = Date.UTC(2000, 0, 1);
const UNTIL = Date.UTC(2035, 0, 1);

const moment = fc.record({
	zone: fc.constantFrom(...ZONES),
	atMs: fc.integer({ min: FROM, max: UNTIL }),
	kind: fc.constantFrom(...WINDOW_KINDS),
});

/** The days and months that Temporal says, in a process that has it. */
const askTemporal = (
	asked: readonly { zone: string; atMs: number }[],
): { day: number; nextDay: number; month: number; nextMonth: number }[] => {
	const program = `
		const asked = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
		console.log(JSON.stringify(asked.map(({ zone, atMs }) => {
			const now = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
			const date = now.toPlainDate();
			const start = (each) => each.toZonedDateTime(zone).epochMilliseconds;
			return { day: start(date), nextDay: start(date.add({ days: 1 })), month: start(date.with({ day: 1 })), nextMonth: start(date.with({ day: 1 }).add({ months: 1 })) };
		})));`;
	const { stdout, stderr } = spawnSync(process.execPath, ["--harmony-temporal", "-e", program], {
		input: JSON.stringify(asked),
		encoding: "utf8",
	});
	const Spans = z.array(z.object({ day: z.number(), nextDay: z.number(), month: z.number(), nextMonth: z.number() }));
	if (stdout === "") throw new Error(`Asking Temporal: ${stderr}`);
	return Spans.parse(JSON.parse(stdout));
};

describe("windows", () => {
	it("of a day and a month begin and end where Temporal says, in every zone", () => {
		const asked = fc.sample(moment, { numRuns: 1_500, seed: 7 });
		const spans = askTemporal(asked);
		asked.forEach(({ zone, atMs }, index) => {
			const [day, month] = [windowSpan("day", atMs, zone), windowSpan("month", atMs, zone)];
			const { day: startMs, nextDay: endMs, month: monthMs, nextMonth: monthEndMs } = spans[index] ?? {};
			expect({ zone, atMs, day, month }).toEqual({ zone, atMs, day: { startMs, endMs }, month: { startMs: monthMs, endMs: monthEndMs } });
		});
	});

	it("follow one another without a gap, and each moment of one names the same", () => {
		fc.assert(
			fc.property(moment, fc.double({ min: 0, max: 1, noNaN: true }), ({ zone, atMs, kind }, part) => {
				const { startMs, endMs } = windowSpan(kind, atMs, zone);
				expect(startMs).toBeLessThanOrEqual(atMs);
				if (endMs === null) return;
				expect(endMs).toBeGreaterThan(atMs);
				const inside = startMs + Math.floor(part * (endMs - startMs - 1));
				expect([windowStart(kind, inside, zone), windowReset(kind, inside, zone)]).toEqual([startMs, endMs]);
				expect(windowStart(kind, endMs, zone)).toBe(endMs);
				expect(windowReset(kind, startMs - 1, zone)).toBe(startMs);
			}),
			{ numRuns: 3_000 },
		);
	});

	it("are an hour long by the zone's clock, and end where the clock is set", () => {
		const change = Date.UTC(2026, 3, 4, 15);
		expect(windowSpan("hour", change - 1, "Australia/Lord_Howe")).toEqual({ startMs: change - 3_600_000, endMs: change });
		expect(windowSpan("hour", change, "Australia/Lord_Howe")).toEqual({ startMs: change, endMs: change + 1_800_000 });
		expect(windowStart("hour", Date.UTC(2026, 0, 1, 12, 50), "Asia/Kathmandu")).toBe(Date.UTC(2026, 0, 1, 12, 15));
	});

	it("of a day have 23 and 25 hours when the clocks are set in Berlin, and none goes on over a day that Apia left out", () => {
		const hours = (atMs: number, zone: string): number =>
			((windowReset("day", atMs, zone) ?? 0) - windowStart("day", atMs, zone)) / 3_600_000;
		expect(hours(Date.UTC(2026, 2, 29, 12), "Europe/Berlin")).toBe(23);
		expect(hours(Date.UTC(2026, 9, 25, 12), "Europe/Berlin")).toBe(25);
		expect(windowReset("day", Date.UTC(2011, 11, 30, 9, 59), "Pacific/Apia")).toBe(Date.UTC(2011, 11, 30, 10));
		expect(hours(Date.UTC(2011, 11, 30, 10), "Pacific/Apia")).toBe(24);
	});

	it("take the names of zones that there are, and no other text", () => {
		expect(ZONES.filter((zone) => !isTimeZone(zone))).toEqual([]);
		expect(["", "Mars/Olympus", "+01:00", "../UTC", "x".repeat(1_000)].filter(isTimeZone)).toEqual([]);
	});
});
