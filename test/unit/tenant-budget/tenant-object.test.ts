import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { toVector } from "../../../worker/budgets/vector.ts";
import { NOON, type TenantUnderTest, type TestHold, withTenant } from "./tenant-under-test.ts";

const RUN = { runs: 1, usdMicros: 20 };

const holderOf = (world: TenantUnderTest, which: number) => {
	const holder = world.holders[which % world.holders.length];
	if (holder === undefined) throw new Error("a tenant under test has agents");
	return holder;
};

const amount = fc.record({
	runs: fc.integer({ min: 0, max: 4 }),
	usdMicros: fc.integer({ min: 0, max: 60 }),
	calls: fc.integer({ min: 0, max: 9 }),
});
const who = fc.nat(4);
const step = fc.oneof(
	{ weight: 8, arbitrary: fc.record({ kind: fc.constant("hold" as const), who, amount, afterMs: fc.integer({ min: 0, max: 20_000 }) }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("crowd" as const), amount }) },
	{
		weight: 6,
		arbitrary: fc.record({ kind: fc.constant("settle" as const), which: fc.nat(), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
	},
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant("fate" as const), fate: fc.constantFrom("ask-lost" as const, "answer-lost" as const) }),
	},
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant("repeat" as const), which: fc.nat() }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), afterMs: fc.integer({ min: 0, max: 3 * 3_600_000 }) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("jump" as const), who, skewMs: fc.integer({ min: -4_000_000, max: 4_000_000 }) }) },
	{
		weight: 1,
		arbitrary: fc.record({ kind: fc.constant("jump-tenant" as const), skewMs: fc.integer({ min: -4_000_000, max: 4_000_000 }) }),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("evict" as const) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("die" as const), who, isDead: fc.boolean() }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant("agent-alarm" as const), who }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("tenant-alarm" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

const doStep = async (world: TenantUnderTest, holds: TestHold[], next: Step): Promise<void> => {
	const keep = (made: TestHold | null): void => {
		if (made !== null) holds.push(made);
	};
	switch (next.kind) {
		case "hold": {
			world.nowMs += next.afterMs;
			const holder = holderOf(world, next.who);
			if (!holder.isDead) keep(await world.hold(holder, next.amount));
			return;
		}
		case "crowd":
			for (const made of await Promise.all(
				[...world.holders, ...world.holders].filter(({ isDead }) => !isDead).map((holder) => world.hold(holder, next.amount)),
			))
				keep(made);
			return;
		case "settle": {
			const [made] = holds.length === 0 ? [] : holds.splice(next.which % holds.length, 1);
			if (made !== undefined) world.settle(made, next.part);
			return;
		}
		case "fate":
			world.fates.push(next.fate);
			return;
		case "repeat":
			return world.repeat(next.which);
		case "wait":
			world.nowMs += next.afterMs;
			return;
		case "jump":
			holderOf(world, next.who).skewMs = next.skewMs;
			return;
		case "jump-tenant":
			world.tenantSkewMs = next.skewMs;
			return;
		case "evict":
			world.wake();
			return;
		case "die":
			holderOf(world, next.who).isDead = next.isDead;
			return;
		case "agent-alarm":
			return holderOf(world, next.who).keeper.alarm();
		case "tenant-alarm":
			return world.object.alarm();
	}
};

describe("a tenant's budget in slices", () => {
	it("stays within every limit after every step, whatever is lost, late, repeated, evicted or dead, and however clocks jump; in the end nothing is stranded and all is counted once", {
		timeout: 60_000,
	}, async () => {
		const limits = { minute: { calls: 60 }, hour: { usdMicros: 900 }, day: { runs: 60 }, lifetime: { usdMicros: 4_000, runs: 200 } };
		let held = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) =>
				withTenant(limits, 5, async (world, sql) => {
					const holds: TestHold[] = [];
					for (const next of steps) {
						await doStep(world, holds, next);
						world.check();
					}
					held += holds.length;
					for (const made of holds) world.settle(made, 0.5);
					await world.settleDown();
					world.check();
					const { settled, leased } = (await world.object.read()).windows.lifetime;
					expect(leased).toEqual(toVector({}));
					expect([settled.runs, settled.usdMicros]).toEqual([world.usedEver("runs"), world.usedEver("usdMicros")]);
					expect(sql.exec("SELECT count(*) AS count FROM slices").one()["count"]).toBe(0);
				}),
			),
			{ numRuns: 60 },
		);
		expect(held).toBeGreaterThan(100);
	});

	it("lends everything that is left again once its holders have told how they ended, and nothing is counted twice", () =>
		withTenant({ day: { runs: 100 } }, 4, async (world) => {
			const holds = (await Promise.all(world.holders.flatMap((holder) => [0, 1, 2].map(() => world.hold(holder, RUN))))).filter(
				(made) => made !== null,
			);
			expect(holds).toHaveLength(12);
			for (const made of holds) world.settle(made, 1);
			world.nowMs += LIMITS.sliceMs.max;
			for (const { keeper } of world.holders) await keeper.alarm();
			world.nowMs += LIMITS.sliceReportMs;
			for (const { keeper } of world.holders) await keeper.alarm();
			expect((await world.object.read()).windows.day).toMatchObject({ leased: { runs: 0 } });
			expect((await world.object.read()).windows.lifetime).toMatchObject({ settled: { runs: 12 }, leased: { runs: 0 } });
		}));

	it("gives a lost answer's slice again for nothing, and a late ask nothing", () =>
		withTenant({ day: { runs: 100 } }, 1, async (world) => {
			const holder = holderOf(world, 0);
			world.fates.push("answer-lost");
			expect(await world.hold(holder, RUN)).toBeNull();
			const lent = (await world.object.read()).windows.day.leased.runs;
			expect(lent).toBeGreaterThan(0);
			expect(await world.hold(holder, RUN)).not.toBeNull();
			expect((await world.object.read()).windows.day.leased.runs).toBe(lent);
			const late = { holder: "agt_9", n: 1, want: RUN, wish: RUN, reports: [] };
			await world.object.report("agt_9", [{ n: 1, revision: 1, settled: {}, held: {}, closed: true }]);
			expect((await world.object.lease(late)).kind).toBe("gone");
			expect((await world.object.read()).windows.day.leased.runs).toBe(lent);
		}));

	it("asks back what others do not use before it refuses, and names level, window, dimension, limit and reset when it does", () =>
		withTenant({ day: { runs: 40 } }, 2, async (world) => {
			const [one, two] = [holderOf(world, 0), holderOf(world, 1)];
			const first = await world.hold(one, RUN);
			if (first !== null) world.settle(first, 1);
			world.nowMs += LIMITS.sliceMs.min;
			const made: (TestHold | null)[] = [];
			for (let count = 0; count < 39; count += 1) made.push(await world.hold(two, RUN));
			expect(made.every((each) => each !== null)).toBe(true);
			const refused = await two.keeper.obtain(RUN);
			expect(refused).toEqual({
				kind: "short",
				shortage: {
					level: "tenant",
					window: "day",
					dimension: "runs",
					limit: 40,
					left: 0,
					wanted: 1,
					resetsAtMs: Date.UTC(2026, 10, 21, 23),
				},
			});
			const { requests } = world;
			expect((await two.keeper.obtain(RUN)).kind).toBe("short");
			expect(world.requests).toBe(requests);
		}));

	it("keeps what a dead agent could have spent for spent until it tells, then gives it back", () =>
		withTenant({ lifetime: { runs: 100 } }, 2, async (world) => {
			const dead = holderOf(world, 0);
			const made = await world.hold(dead, RUN);
			const lent = (await world.object.read()).windows.lifetime.leased.runs;
			dead.isDead = true;
			world.nowMs += LIMITS.sliceMs.max + 3 * LIMITS.sliceReportMs;
			await world.object.alarm();
			expect((await world.object.read()).windows.lifetime.leased.runs).toBe(lent);
			dead.isDead = false;
			world.nowMs += LIMITS.sliceReportMs;
			world.wake();
			await world.object.alarm();
			expect((await world.object.read()).windows.lifetime).toMatchObject({ settled: { runs: 0 }, leased: { runs: 1 } });
			if (made !== null) world.settle(made, 1);
			await dead.keeper.alarm();
			world.nowMs += LIMITS.sliceReportMs;
			await dead.keeper.alarm();
			expect((await world.object.read()).windows.lifetime).toMatchObject({ settled: { runs: 1 }, leased: { runs: 0 } });
		}));

	it("charges a slice that nobody told of for a month for good, and forgets it", () =>
		withTenant({ lifetime: { runs: 100 } }, 1, async (world, sql) => {
			const dead = holderOf(world, 0);
			await world.hold(dead, RUN);
			const lent = (await world.object.read()).windows.lifetime.leased.runs;
			dead.isDead = true;
			world.nowMs += LIMITS.sliceMs.max + LIMITS.sliceWriteOffMs;
			await world.object.alarm();
			expect((await world.object.read()).windows.lifetime).toMatchObject({ settled: { runs: lent }, leased: { runs: 0 } });
			expect(sql.exec("SELECT count(*) AS count FROM slices").one()["count"]).toBe(0);
		}));

	it("bounds the runs that are live at once, and gives a place on when its run is over", () =>
		withTenant({ liveRuns: 3 }, 3, async (world) => {
			const live = await Promise.all(world.holders.map((holder) => world.hold(holder, { liveRuns: 1 })));
			expect(live.every((made) => made !== null)).toBe(true);
			const next = holderOf(world, 0);
			expect(await world.hold(next, { liveRuns: 1 })).toBeNull();
			const [, ended] = live;
			if (ended !== undefined && ended !== null) world.settle(ended, 1);
			world.nowMs += LIMITS.sliceAskAgainMs;
			expect(await world.hold(next, { liveRuns: 1 })).not.toBeNull();
			world.check();
			expect((await world.object.read()).liveRuns).toEqual({ limit: 3, leased: 3, left: 0 });
		}));

	it("lets a limit that was set hold for agents with open slices once they are asked back, and no limit need a lease of more", () =>
		withTenant({}, 1, async (world) => {
			const holder = holderOf(world, 0);
			expect(await world.hold(holder, { runs: 1_000_000 })).not.toBeNull();
			const { requests } = world;
			expect(await world.hold(holder, { runs: 1_000_000 })).not.toBeNull();
			expect(world.requests).toBe(requests);
			await world.object.setLimits({ day: { runs: 10 } }, "Europe/Berlin");
			await world.object.alarm();
			expect(await world.hold(holder, { runs: 11 })).toBeNull();
			expect(await world.object.setLimits({}, "Mars/Olympus")).toBeNull();
		}));

	it("tells each part of a limit once, when what was reported has reached it", () =>
		withTenant({ day: { runs: 10 } }, 1, async (world) => {
			const holder = holderOf(world, 0);
			for (let count = 0; count < 10; count += 1) {
				const made = await world.hold(holder, RUN);
				if (made !== null) world.settle(made, 1);
			}
			world.nowMs += LIMITS.sliceMs.scarce;
			await holder.keeper.alarm();
			await holder.keeper.alarm();
			await world.object.alarm();
			const told = [...world.told.values()].flatMap((event) => (event.type === "budget.threshold" ? [event.data] : []));
			expect(told.map(({ percent }) => percent).sort((a, b) => a - b)).toEqual([50, 80, 100]);
			const resetsAtMs = Date.UTC(2026, 10, 21, 23);
			expect(told[0]).toMatchObject({ level: "tenant", grant: null, window: "day", dimension: "runs", limit: 10, resetsAtMs });
			expect(world.nowMs).toBeGreaterThan(NOON);
		}));
});
