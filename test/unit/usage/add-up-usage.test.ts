import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type UsageAmounts, type UsageKey, USAGE_KEYS, type UsageRow } from "../../../contract/usage.ts";
import { addUpUsage, usageQuery } from "../../../worker/usage/add-up-usage.ts";
import { splitDays } from "../../../worker/usage/split-days.ts";
import { WrittenLedger, type WrittenRun } from "./written-ledger.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AGENTS = 3;

/** Zones, and a moment near which their clocks are set: forward, back, by half an hour, at midnight, never. */
const ZONES = [
	["Europe/Berlin", Date.UTC(2026, 9, 25, 1)],
	["America/New_York", Date.UTC(2027, 2, 14, 7)],
	["Australia/Lord_Howe", Date.UTC(2026, 9, 3, 15, 30)],
	["America/Santiago", Date.UTC(2026, 8, 6, 4)],
	["Asia/Kathmandu", Date.UTC(2026, 5, 1)],
	["UTC", Date.UTC(2026, 0, 1)],
] as const;

/** Every way to group: one key, or two in either order. */
const GROUPINGS: readonly (readonly UsageKey[])[] = USAGE_KEYS.flatMap((one) => [
	[one],
	...USAGE_KEYS.filter((other) => other !== one).map((other) => [one, other]),
]);

const amount = fc.nat({ max: 2_000_000 });
const cost = fc.record({ calls: fc.constantFrom(0, 1, 1, 1, 2), tokens: amount, egressBytes: amount, usdMicros: amount });
const FREE = { calls: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };
const near = (atMs: number): fc.Arbitrary<number> => fc.integer({ min: atMs - 3 * DAY_MS, max: atMs + 3 * DAY_MS });
const callNear = (atMs: number) =>
	fc.record({
		startedAtMs: near(atMs),
		verb: fc.constantFrom("state", "http.fetch", "ai.complete"),
		model: fc.constantFrom(null, "small", "large"),
		status: fc.constantFrom("done" as const, "done" as const, "failed" as const, "unknown" as const, "planned" as const),
		cost: fc.oneof({ weight: 4, arbitrary: cost }, { weight: 1, arbitrary: fc.constant(FREE) }),
	});
const runNear = (atMs: number): fc.Arbitrary<WrittenRun> =>
	fc.record({
		agent: fc.nat({ max: AGENTS - 1 }),
		createdAtMs: near(atMs),
		own: fc.record({ usdMicros: amount, cpuMs: amount, wallMs: amount }),
		calls: fc.array(callNear(atMs), { maxLength: 5 }),
	});

const Case = fc.constantFrom(...ZONES).chain(([zone, atMs]) =>
	fc.record({
		zone: fc.constant(zone),
		runs: fc.array(runNear(atMs), { minLength: 1, maxLength: 8 }),
		states: fc.integer({ min: 1, max: 3 }),
		/** In which order the copies arrive; each at least once, some more often. */
		order: fc.array(fc.nat(), { minLength: 20, maxLength: 200 }),
		batch: fc.integer({ min: 1, max: 30 }),
		range: fc.oneof(fc.constant([atMs - 4 * DAY_MS, atMs + 4 * DAY_MS] as const), fc.tuple(near(atMs), near(atMs))),
	}),
);

interface Entry extends UsageAmounts {
	readonly atMs: number;
	readonly agent: string;
	readonly verb: string | null;
	readonly model: string | null;
}

const ZERO: UsageAmounts = { runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 };

/** The ledger as it was meant, entry by entry. */
const entriesOf = (ledger: WrittenLedger, runs: readonly WrittenRun[]): Entry[] =>
	runs.flatMap(({ agent: index, createdAtMs, own, calls }) => {
		const agent = ledger.agentIds[index] ?? "";
		return [
			{ ...ZERO, ...own, runs: 1, atMs: createdAtMs, agent, verb: null, model: null },
			...calls
				.filter(({ status, cost }) => status !== "planned" && Object.values(cost).some((amount) => amount > 0))
				.map(({ startedAtMs, verb, model, cost }) => ({ ...ZERO, ...cost, atMs: startedAtMs, agent, verb, model })),
		];
	});

const sum = (entries: readonly UsageAmounts[]): UsageAmounts =>
	entries.reduce(
		(all, entry) => ({
			runs: all.runs + entry.runs,
			calls: all.calls + entry.calls,
			cpuMs: all.cpuMs + entry.cpuMs,
			wallMs: all.wallMs + entry.wallMs,
			tokens: all.tokens + entry.tokens,
			egressBytes: all.egressBytes + entry.egressBytes,
			usdMicros: all.usdMicros + entry.usdMicros,
		}),
		ZERO,
	);

/** The groups that are expected, by their keys as text. */
const expected = (entries: readonly Entry[], groupBy: readonly UsageKey[], zone: string): Map<string, UsageAmounts> => {
	const shown = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
	const groups = new Map<string, Entry[]>();
	for (const entry of entries) {
		const key = JSON.stringify(groupBy.map((name) => (name === "day" ? shown.format(entry.atMs) : entry[name])));
		groups.set(key, [...(groups.get(key) ?? []), entry]);
	}
	return new Map([...groups].map(([key, group]) => [key, sum(group)]));
};

const grouped = (rows: readonly UsageRow[], groupBy: readonly UsageKey[]): Map<string, UsageAmounts> =>
	new Map(rows.map((row) => [JSON.stringify(groupBy.map((name) => row[name])), sum([row])]));

describe("usage", () => {
	it("is the sum of the ledger whatever it is grouped by, whatever order its copies came in, over days that have 23 or 25 hours", async () => {
		await fc.assert(
			fc.asyncProperty(Case, async ({ zone, runs, states, order, batch, range }) => {
				const ledger = new WrittenLedger(AGENTS);
				const pieces = runs.flatMap((run) => ledger.pieces(run, states));
				const arrivals = [...pieces, ...order.flatMap((index) => pieces[index % pieces.length] ?? [])]
					.map((piece, index) => ({ piece, place: (order[index % order.length] ?? 0) % 1_000 }))
					.sort((one, other) => one.place - other.place)
					.map(({ piece }) => piece);
				for (let from = 0; from < arrivals.length; from += batch) await ledger.write(arrivals.slice(from, from + batch));

				const [fromMs, toMs] = [Math.min(...range), Math.max(...range) + 1];
				const inRange = entriesOf(ledger, runs).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
				for (const groupBy of GROUPINGS) {
					const parts = groupBy.includes("day") ? splitDays(fromMs, toMs, zone) : [{ day: null, startMs: fromMs, endMs: toMs }];
					const rows = await addUpUsage(env.DB, { tenantId: ledger.tenantId, parts, groupBy });
					expect(grouped(rows ?? [], groupBy)).toEqual(expected(inRange, groupBy, zone));
					expect(sum(rows ?? [])).toEqual(sum(inRange));
				}
			}),
			// A shorter counterexample would not say more: what matters is the order.
			{ numRuns: 25, endOnFailure: true },
		);
	}, 240_000);

	it("reads indexes alone, so that rows with arguments and results are not touched", async () => {
		for (const groupBy of GROUPINGS) {
			const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${usageQuery(groupBy)}`)
				.bind("ten_x", "[]", 1)
				.all();
			const steps = results.map(({ detail }) => String(detail)).filter((detail) => /\b(runs|calls)\b/.test(detail));
			expect(steps).toEqual([
				expect.stringMatching(/SEARCH runs USING COVERING INDEX runs_by_time \(tenant_id=\? AND created_at_ms>\? AND created_at_ms<\?\)/),
				expect.stringMatching(/SEARCH calls USING COVERING INDEX calls_by_time \(tenant_id=\? AND started_at_ms>\? AND started_at_ms<\?\)/),
			]);
		}
	});
});

describe("the days of a range", () => {
	it("have no gap and no overlap, are cut as the range is, and are those that the zone's calendar shows", () => {
		fc.assert(
			fc.property(
				fc.constantFrom(...ZONES),
				fc.nat({ max: 20 * DAY_MS }),
				fc.integer({ min: 1, max: 20 * DAY_MS }),
				([zone, atMs], back, length) => {
					const fromMs = atMs - back;
					const days = splitDays(fromMs, fromMs + length, zone);
					const shown = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
					expect([days[0]?.startMs, days.at(-1)?.endMs]).toEqual([fromMs, fromMs + length]);
					days.forEach(({ day, startMs, endMs }, index) => {
						expect(endMs).toBeGreaterThan(startMs);
						if (index > 0) expect(startMs).toBe(days[index - 1]?.endMs);
						expect([shown.format(startMs), shown.format(endMs - 1)]).toEqual([day, day]);
					});
				},
			),
			{ numRuns: 200 },
		);
	});

	it("are 23 and 25 hours long where clocks are set", () => {
		const lengths = (zone: string, fromMs: number) =>
			splitDays(fromMs, fromMs + 3 * DAY_MS, zone).map(({ day, startMs, endMs }) => [day, (endMs - startMs) / HOUR_MS]);
		expect(lengths("Europe/Berlin", Date.UTC(2026, 2, 27, 23))).toContainEqual(["2026-03-29", 23]);
		expect(lengths("Europe/Berlin", Date.UTC(2026, 9, 23, 22))).toContainEqual(["2026-10-25", 25]);
	});
});
