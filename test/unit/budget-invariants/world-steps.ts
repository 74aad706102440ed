import fc from "fast-check";
import type { BudgetLimits, Limits, TenantLimits } from "../../../contract/budgets.ts";
import type { BudgetWorld } from "./budget-world.ts";
import { FATES } from "./post.ts";
import { CALLS, type WorldRuns } from "./world-runs.ts";

const who = fc.nat(2);
const which = fc.nat(40);

const WINDOWS = ["minute", "hour", "day", "month", "lifetime"] as const;
type Windowed = Partial<Record<(typeof WINDOWS)[number], Limits>>;

/** Some limits in some windows, no more than so many: under very many nothing would ever happen. */
const windowed = (most: number, amounts: Readonly<Record<string, number>>): fc.Arbitrary<Windowed> => {
	const limit = fc.constantFrom(...Object.entries(amounts)).chain(([dimension, amount]) =>
		fc.record({
			window: fc.constantFrom(...WINDOWS),
			dimension: fc.constant(dimension),
			limit: fc.integer({ min: Math.ceil(amount / 12), max: amount }),
		}),
	);
	return fc.array(limit, { maxLength: most }).map((limits) => {
		const all: Windowed = {};
		for (const { window, dimension, limit } of limits) all[window] = { ...all[window], [dimension]: limit };
		return all;
	});
};
const runLimits: fc.Arbitrary<Limits> = fc.record(
	{ calls: fc.integer({ min: 1, max: 9 }), usdMicros: fc.integer({ min: 300, max: 2_500 }), runs: fc.integer({ min: 1, max: 5 }) },
	{ requiredKeys: [] },
);
/** Limits that a few runs and calls come up against. */
export const agentLimits: fc.Arbitrary<BudgetLimits> = fc
	.record({
		windows: windowed(4, { runs: 14, calls: 18, cpuMs: 18_000, wallMs: 90_000, usdMicros: 4_000 }),
		run: fc.option(runLimits, { nil: undefined }),
		liveRuns: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
	})
	.map(({ windows, run, liveRuns }) => ({
		...windows,
		...(run === undefined ? {} : { run }),
		...(liveRuns === undefined ? {} : { liveRuns }),
	}));
export const grantLimits: fc.Arbitrary<BudgetLimits> = windowed(2, { calls: 7, usdMicros: 900, egressBytes: 60_000_000 });
export const payLimits: fc.Arbitrary<Limits> = fc.record(
	{ calls: fc.integer({ min: 1, max: 7 }), usdMicros: fc.integer({ min: 40, max: 2_000 }) },
	{ requiredKeys: [] },
);
/** The same dimensions are limited always: a slice that was leased when one was not bounds nothing in it. */
const TENANT = { runs: 60, calls: 80, usdMicros: 20_000 };
const ever = fc.record({
	runs: fc.integer({ min: 3, max: TENANT.runs }),
	calls: fc.integer({ min: 3, max: TENANT.calls }),
	usdMicros: fc.integer({ min: 500, max: TENANT.usdMicros }),
});
export const tenantLimits: fc.Arbitrary<TenantLimits> = fc
	.record({ windows: windowed(3, TENANT), ever, liveRuns: fc.integer({ min: 1, max: 9 }) })
	.map(({ windows, ever, liveRuns }) => ({ ...windows, lifetime: ever, liveRuns }));
const zone = fc.constantFrom(null, null, "UTC", "Asia/Kolkata", "America/New_York");

const one = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant("admit" as const), who, isQueued: fc.boolean(), prices: fc.nat(2) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("admit again" as const), which }) },
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("claim" as const), which }) },
	{ weight: 12, arbitrary: fc.record({ kind: fc.constant("call" as const), which, called: fc.constantFrom(...CALLS) }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant("call again" as const), which, nth: fc.nat(9) }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant("look" as const), which, nth: fc.nat(3) }) },
	{
		weight: 8,
		arbitrary: fc.record({
			...{
				kind: fc.constant("end" as const),
				which,
				how: fc.constantFrom("done" as const, "done" as const, "failed" as const, "unknown" as const),
			},
			...{ egressBytes: fc.nat(3_000_000), again: fc.boolean() },
		}),
	},
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant("start" as const), which }) },
	{
		weight: 6,
		arbitrary: fc.record({
			...{ kind: fc.constant("finish" as const), which, how: fc.constantFrom("ended" as const, "ended" as const, "lost" as const) },
			...{ cpuMs: fc.nat(1_500), again: fc.nat(3).map((chance) => chance === 0) },
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("renew" as const), which }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("vanish" as const), which }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("ring" as const), who }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("repeat" as const), which }) },
);
type One = typeof one extends fc.Arbitrary<infer Each> ? Each : never;

/** What happens next: something to one object, many things at once, or something to the world. */
export const step = fc.oneof(
	{ weight: 40, arbitrary: one },
	{ weight: 6, arbitrary: fc.record({ kind: fc.constant("at once" as const), all: fc.array(one, { minLength: 2, maxLength: 6 }) }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("fate" as const), fate: fc.constantFrom(...FATES) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("evict" as const), who }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("evict tenant" as const) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("ring tenant" as const) }) },
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(20_000) }) },
	{
		weight: 3,
		arbitrary: fc.record({
			kind: fc.constant("pass" as const),
			ms: fc.constantFrom(61_000, 130_000, 3_600_000, 26 * 3_600_000, -900, -61_000, -3_700_000),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("skew" as const), ms: fc.integer({ min: -4_000_000, max: 4_000_000 }) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("limit agent" as const), who, limits: agentLimits }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("limit grants" as const), who, limits: grantLimits, pay: payLimits }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("limit tenant" as const), limits: tenantLimits, zone }) },
);
export type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

/** Does a step, to the end of all that it started. */
export const doStep = async (world: BudgetWorld, runs: WorldRuns, next: Step): Promise<void> => {
	switch (next.kind) {
		case "at once":
			await Promise.all(next.all.map((each) => doOne(world, runs, each)));
			break;
		case "fate":
			world.post.fates.push(next.fate);
			break;
		case "evict":
			world.evict(world.placeOf(next.who));
			break;
		case "evict tenant":
			world.evictTenant();
			break;
		case "ring tenant":
			await world.ringTenant();
			break;
		case "pass":
			world.nowMs += next.ms;
			break;
		case "skew":
			world.tenantSkewMs = next.ms;
			break;
		case "limit agent":
			await world.setAgentLimits(world.placeOf(next.who), next.limits);
			break;
		case "limit grants":
			await world.setGrantLimits(world.placeOf(next.who), next.limits, next.pay);
			break;
		case "limit tenant":
			await world.setTenantLimits(next.limits, next.zone);
			break;
		default:
			await doOne(world, runs, next);
	}
	await world.quiet();
};

const doOne = async (world: BudgetWorld, runs: WorldRuns, next: One): Promise<void> => {
	switch (next.kind) {
		case "admit":
			return runs.admit(next.who, next.isQueued, next.prices);
		case "admit again":
			return runs.admitAgain(next.which);
		case "claim":
			return runs.claim(next.which);
		case "call":
			return runs.call(next.which, next.called);
		case "call again":
			return runs.callAgain(next.which, next.nth);
		case "look":
			return runs.look(next.which, next.nth);
		case "end":
			return runs.end(next.which, next.how, next.egressBytes, next.again);
		case "start":
			return runs.start(next.which);
		case "finish":
			return runs.finish(next.which, next.how, next.cpuMs, next.again);
		case "cancel":
			return runs.cancel(next.which);
		case "renew":
			return runs.renew(next.which);
		case "vanish":
			return runs.vanish(next.which);
		case "ring":
			return world.ring(world.placeOf(next.who));
		case "repeat":
			return world.repeat(next.which);
	}
};
