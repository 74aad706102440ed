import { describe, expect, it } from "vitest";
import { startCpuClock } from "../cpu-clock.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { cronFault } from "../../../worker/schedules/check-cron.ts";
import { nextTicks } from "../../../worker/schedules/cron-times.ts";

const NOW = Date.parse("2027-01-15T12:00:00Z");

describe("cronFault()", () => {
	it.each([
		"0 6 * * *",
		"*/15 * * * *",
		"0 9 * * MON-FRI",
		"0 0 L * *",
		"0 0 15W * *",
		"0 9 * * FRI#2",
		"*/10 * * * * *",
		"59,9 59 23 31 12 *",
		"0 0 1,15 JAN,JUL ?",
	])("finds nothing wrong with %s", (cron) => expect(cronFault(cron, "Europe/Berlin", NOW)).toBeNull());

	it.each([
		"",
		"* * * *",
		"* * * * * * *",
		"@hourly",
		"0  6 * * *",
		" 0 6 * * *",
		"0\t6 * * *",
		"60 * * * *",
		"* 24 * * *",
		"0 0 0 * *",
		"0 0 * 13 *",
		"5/5 * * * *",
		"a b c d e",
		"0 6 * * *; rm",
		"*/0 * * * *",
		"٣ * * * *",
	])("says what is wrong with %j", (cron) => expect(cronFault(cron, "UTC", NOW)).toMatch(/^cron: .+ wanted /));

	it.each([
		["61 * * * *", 'minute: found "61", wanted 0 to 59'],
		["*/0 * * * *", 'minute: found "*/0", wanted 0 to 59'],
		["0 24 * * *", 'hour: found "24", wanted 0 to 23'],
		["0 0 32W * *", 'day of the month: found "32W", wanted 1 to 31'],
		["0 0 * 13 *", 'month: found "13", wanted 1 to 12 or JAN to DEC'],
		["0 6 * * FUN", 'day of the week: found "FUN", wanted 0 to 7'],
		["61 0 * * * *", 'second: found "61", wanted 0 to 59'],
		["0 61 * * * *", 'minute: found "61", wanted 0 to 59'],
	])("names the field of %s that is wrong, and what it may say", (cron, words) =>
		expect(cronFault(cron, "UTC", NOW)?.startsWith(`cron: ${words}`), String(cronFault(cron, "UTC", NOW))).toBe(true),
	);

	it.each(["+05:00", "Berlin", "", "Europe/Berlin ", "constructor", "a".repeat(LIMITS.timeZoneChars + 1)])(
		"says that %j is no time zone",
		(zone) => expect(cronFault("0 6 * * *", zone, NOW)).toMatch(/^timeZone: /),
	);

	it("takes ticks that are as close as may be, and none that are a second closer", () => {
		expect(cronFault("0,10 * * * * *", "UTC", NOW)).toBeNull();
		expect(cronFault("0,50 * * * * *", "UTC", NOW)).toBeNull();
		expect(cronFault("0,9 * * * * *", "UTC", NOW)).toContain("9 s apart");
		expect(cronFault("0,51 * * * * *", "UTC", NOW)).toContain("9 s apart");
		expect(cronFault("0,51 */2 * * * *", "UTC", NOW)).toBeNull();
	});

	it("lets none through whose ticks come closer than it says", () => {
		for (const seconds of ["0", "*/10", "*/20", "5,15,55", "0,50", "1,11,21", "30-50/10"])
			for (const minutes of ["*", "0", "*/2", "59,0"]) {
				const cron = `${seconds} ${minutes} * * * *`;
				const ticks = nextTicks(cron, "UTC", NOW, 200);
				const closest = Math.min(...ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? 0)));
				if (cronFault(cron, "UTC", NOW) === null) expect(closest, cron).toBeGreaterThanOrEqual(LIMITS.scheduleEverySeconds * 1_000);
				else expect(closest, cron).toBeLessThan(LIMITS.scheduleEverySeconds * 1_000);
			}
	});

	it("decides on the longest, and on those that hardly ever come, within a moment", () => {
		const minutes = Array.from({ length: 60 }, (_each, minute) => minute).join(",");
		const hostile = [
			`${minutes} * * * *`,
			"0 0 29 2 MON#5",
			"0 0 30 2 *",
			"0 0 31 4,6,9,11 *",
			"59 59 23 29 2 +MON",
			`${"*,".repeat(120)}* * * * *`,
			`${"-".repeat(200)} * * * *`,
			`${minutes} * * * FUN`,
		];
		for (const cron of hostile) {
			const spentMs = startCpuClock();
			cronFault(cron, "America/New_York", NOW);
			expect(spentMs(), cron).toBeLessThan(5_000);
		}
	});
});
