import { describe, expect, it } from "vitest";
import { latestTick, nextTick, nextTicks } from "../../../worker/schedules/cron-times.ts";
import { type Field, type Fields, scanMinutes } from "./scan-minutes.ts";

const at = (iso: string): number => Date.parse(iso);
const iso = (times: readonly number[]): string[] => times.map((time) => new Date(time).toISOString().replace(".000Z", "Z"));
const DAY_MS = 24 * 60 * 60_000;

/** A sequence of whole numbers below a bound, the same for each test. */
const chance =
	(seed: number) =>
	(below: number): number => {
		seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
		return Math.floor((seed / 2 ** 32) * below);
	};

const range = (from: number, to: number, step = 1): number[] => {
	const values: number[] = [];
	for (let value = from; value <= to; value += step) values.push(value);
	return values;
};

const field = (below: (bound: number) => number, from: number, to: number, withSteps: boolean): Field => {
	const one = (): number => from + below(to - from + 1);
	switch (below(withSteps ? 5 : 3)) {
		case 0:
			return { text: "*", values: new Set(range(from, to)), isOpen: true };
		case 1: {
			const values = new Set(range(1, 1 + below(4)).map(one));
			return { text: [...values].join(","), values, isOpen: false };
		}
		case 2: {
			const [first, last] = [one(), one()].sort((a, b) => a - b);
			return { text: `${first}-${last}`, values: new Set(range(first ?? from, last ?? to)), isOpen: false };
		}
		default: {
			const step = 1 + below(to - from);
			return { text: `*/${step}`, values: new Set(range(from, to, step)), isOpen: true };
		}
	}
};

/** Hours in which clocks are put on and back. */
const atNight = (below: (bound: number) => number): Field => {
	const values = new Set(range(0, below(3)).map(() => below(4)));
	return { text: [...values].join(","), values, isOpen: false };
};

const anyOf = (from: number, to: number): Field => ({ text: "*", values: new Set(range(from, to)), isOpen: true });

/** Half of them are times of day at night, and the others anything. */
const fieldsOf = (below: (bound: number) => number): Fields =>
	below(2) === 0
		? {
				minute: { text: "0,30", values: new Set([0, 30]), isOpen: false },
				...{ hour: atNight(below), day: anyOf(1, 31), month: anyOf(1, 12), weekday: anyOf(0, 6) },
			}
		: anyFields(below);

const anyFields = (below: (bound: number) => number): Fields => ({
	minute: field(below, 0, 59, true),
	hour: field(below, 0, 23, true),
	day: field(below, 1, 31, false),
	month: { text: "*", values: new Set(range(1, 12)), isOpen: true },
	weekday: field(below, 0, 6, false),
});

describe("the next ten times of a cron", () => {
	it("are those that a scan of every minute finds, for two hundred random ones, also where the clocks are put on and back", () => {
		const below = chance(20_261_121);
		const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
		// The days before the clocks change, in each of the three zones where they do.
		const changes = ["2027-03-27", "2027-10-30", "2027-03-13", "2027-11-06", "2027-04-03", "2027-10-02"].map((day) =>
			at(`${day}T00:00:00Z`),
		);
		for (let index = 0; index < 200; index += 1) {
			const fields = fieldsOf(below);
			const cron = [fields.minute, fields.hour, fields.day, fields.month, fields.weekday].map(({ text }) => text).join(" ");
			const zone = zones[below(zones.length)] ?? "UTC";
			const afterMs = (changes[below(changes.length)] ?? 0) + below(36 * 60) * 60_000;
			const untilMs = afterMs + 14 * DAY_MS;
			const scanned = scanMinutes(fields, zone, afterMs, untilMs);
			const found = nextTicks(cron, zone, afterMs, 10).filter((time) => time < untilMs);
			expect(iso(found), `${cron} in ${zone} after ${iso([afterMs])[0]}`).toEqual(iso(scanned.slice(0, 10)));
			// What was missed is found from behind: the two ways must see the same times.
			const [last] = scanned.slice(-1);
			if (last !== undefined) expect(iso([latestTick(cron, zone, untilMs - 1) ?? 0]), `${cron} in ${zone} back`).toEqual(iso([last]));
		}
	});

	it("are fewer where the cron names no more, and none where it never comes", () => {
		expect(nextTicks("0 0 30 2 *", "UTC", 0, 10)).toEqual([]);
		expect(nextTick("0 0 30 2 *", "UTC", 0)).toBeNull();
		expect(latestTick("0 0 30 2 *", "UTC", at("2027-01-01T00:00:00Z"))).toBeNull();
	});

	it("begin after the moment that is given, also within its second", () => {
		const noon = at("2027-01-15T12:00:00Z");
		expect(nextTick("0 12 * * *", "UTC", noon - 1)).toBe(noon);
		expect(nextTick("0 12 * * *", "UTC", noon)).toBe(noon + DAY_MS);
		expect(latestTick("0 12 * * *", "UTC", noon)).toBe(noon);
		expect(latestTick("0 12 * * *", "UTC", noon - 1)).toBe(noon - DAY_MS);
	});
});

describe("where the clocks are put on", () => {
	// Berlin, 28 March 2027: 02:00 becomes 03:00, at 01:00 UTC. New York, 14 March: 02:00 becomes 03:00, at 07:00 UTC.
	it("a time of day that is skipped comes at the moment of the skip", () => {
		expect(iso(nextTicks("30 2 * * *", "Europe/Berlin", at("2027-03-27T12:00:00Z"), 2))).toEqual([
			"2027-03-28T01:00:00Z",
			"2027-03-29T00:30:00Z",
		]);
		expect(iso(nextTicks("30 2 * * *", "America/New_York", at("2027-03-13T12:00:00Z"), 2))).toEqual([
			"2027-03-14T07:00:00Z",
			"2027-03-15T06:30:00Z",
		]);
	});

	it("each of several times of day counts as one", () => {
		const ticks = ["2027-03-28T01:00:00Z", "2027-03-28T12:30:00Z", "2027-03-29T00:30:00Z"];
		expect(iso(nextTicks("30 2,14 * * *", "Europe/Berlin", at("2027-03-27T14:00:00Z"), 3))).toEqual(ticks);
	});

	it("two times of day that fall on one moment are one tick", () => {
		expect(iso(nextTicks("0 2,3 * * *", "Europe/Berlin", at("2027-03-27T12:00:00Z"), 2))).toEqual([
			"2027-03-28T01:00:00Z",
			"2027-03-29T00:00:00Z",
		]);
	});

	it("an interval goes on", () => {
		const ticks = ["2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z", "2027-03-28T01:30:00Z"];
		expect(iso(nextTicks("*/30 * * * *", "Europe/Berlin", at("2027-03-28T00:00:00Z"), 3))).toEqual(ticks);
	});
});

describe("where the clocks are put back", () => {
	// Berlin, 31 October 2027: 03:00 becomes 02:00, at 01:00 UTC. New York, 7 November: 02:00 becomes 01:00, at 06:00 UTC.
	it("a time of day that comes twice counts the first time", () => {
		expect(iso(nextTicks("30 2 * * *", "Europe/Berlin", at("2027-10-30T12:00:00Z"), 2))).toEqual([
			"2027-10-31T00:30:00Z",
			"2027-11-01T01:30:00Z",
		]);
		expect(iso(nextTicks("30 1 * * *", "America/New_York", at("2027-11-06T12:00:00Z"), 2))).toEqual([
			"2027-11-07T05:30:00Z",
			"2027-11-08T06:30:00Z",
		]);
	});

	it("an interval counts both times", () => {
		const ticks = ["2027-10-31T00:00:00Z", "2027-10-31T00:30:00Z", "2027-10-31T01:00:00Z", "2027-10-31T01:30:00Z", "2027-10-31T02:00:00Z"];
		expect(iso(nextTicks("*/30 * * * *", "Europe/Berlin", at("2027-10-30T23:30:00Z"), 5))).toEqual(ticks);
	});
});
