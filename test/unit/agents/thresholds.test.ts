import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import { TenantEvent } from "../../../contract/events.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { BudgetState } from "../../../worker/budgets/budget-state.ts";
import { WINDOW_KINDS } from "../../../worker/budgets/windows.ts";
import { makeAgent, stubOf } from "./agent-under-test.ts";
import { giveUnlimitedSlices } from "./unlimited-slices.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const PERCENTS = [50, 80, 100] as const;

/** The windows that are limited in these tests, each in one dimension. */
const limitsOf = (limit: number): BudgetLimits => ({ minute: { calls: limit }, day: { calls: 3 * limit }, lifetime: { calls: 9 * limit } });

type Data = Extract<TenantEvent, { type: "budget.threshold" }>["data"];
const nameOf = ({ level, grant, window, resetsAtMs, percent }: Omit<Data, "limit" | "settled" | "dimension">): string =>
	[level, grant, window, resetsAtMs, percent].join(" ");

/** An agent's budget and that of its grant `memory`, by hand: its steps, its clock, its limits, its evictions. */
class World {
	nowMs = NOON;
	state: ObjectState;
	/** What is held, by id, and whether through the grant. */
	readonly holds = new Map<string, boolean>();
	readonly settledIds: string[] = [];
	/** How often a limit of a lifetime was raised. */
	raised = 0;
	readonly #context: DurableObjectState;
	#limit = { agent: 10, grant: 10 };
	#made = 0;

	constructor(context: DurableObjectState) {
		this.#context = context;
		this.state = this.evict();
	}

	evict(): ObjectState {
		this.state = new ObjectState(this.#context.storage, env.TENANTS);
		return this.state;
	}

	limit(level: "agent" | "grant", to: number): void {
		if (to > this.#limit[level]) this.raised += 1;
		this.#limit = { ...this.#limit, [level]: to };
		this.state.step(() => {
			const before = this.state.facts.configuration();
			if (before === null) throw new Error("the agent has been born");
			const policyVersion = before.policyVersion + 1;
			this.state.facts.putPolicy(policyVersion, { grants: { memory: { verb: "state", limits: limitsOf(this.#limit.grant) } } });
			this.state.facts.putConfiguration({ ...before, policyVersion, budget: { limits: limitsOf(this.#limit.agent) } });
		});
	}

	hold(calls: number, isOfGrant: boolean): void {
		this.#made += 1;
		const id = `hold_${this.#made}`;
		const { state } = this;
		const limits = limitsOf(this.#limit.agent);
		const grant = isOfGrant ? { name: "memory", limits: state.facts.grantLimits("memory") } : null;
		const refusal = state.step(() => {
			giveUnlimitedSlices(state);
			return state.book.hold({ id, runId: "run", limits, amount: { calls }, grant, expiresAtMs: this.nowMs }, this.nowMs);
		});
		if (refusal === null) this.holds.set(id, isOfGrant);
	}

	/** @param which of all that were ever held, so that some are settled again */
	settle(which: number, calls: number, fails: boolean): void {
		const ids = [...this.holds.keys(), ...this.settledIds.slice(-2)];
		const id = ids[which % Math.max(1, ids.length)];
		if (id === undefined) return;
		const work = (): void => {
			this.state.book.settle(id, { calls }, this.nowMs);
			if (fails) throw new Error("the step fails after all");
		};
		if (fails) {
			expect(() => this.state.step(work)).toThrow("the step fails after all");
			return;
		}
		this.state.step(work);
		const isOfGrant = this.holds.get(id);
		if (this.holds.delete(id)) this.settledIds.push(id);
		this.check(isOfGrant);
	}

	told(): Data[] {
		const rows = this.state.sql.exec("SELECT record FROM events ORDER BY id").toArray();
		return rows.flatMap(({ record }) => {
			const event = TenantEvent.parse(JSON.parse(String(record)));
			return event.type === "budget.threshold" ? [event.data] : [];
		});
	}

	/**
	 * What must have been told by now, and what may not have been. What a lower limit makes of what is settled already is told with the next settling.
	 * @param isOfGrant whether what was settled was held through the grant; undefined: nothing was settled
	 */
	check(isOfGrant: boolean | undefined): void {
		const told = this.told();
		const names = new Map<string, number>();
		for (const data of told) {
			expect(data.settled * 100, JSON.stringify(data)).toBeGreaterThanOrEqual(data.percent * data.limit);
			names.set(nameOf(data), (names.get(nameOf(data)) ?? 0) + 1);
		}
		for (const [name, times] of names) expect(times, name).toBeLessThanOrEqual(name.includes(" lifetime ") ? 1 + this.raised : 1);
		const { facts } = this.state;
		if (isOfGrant !== undefined) this.#complete("agent", null, facts.budget(this.nowMs), limitsOf(this.#limit.agent), names);
		if (isOfGrant === true) this.#complete("grant", "memory", facts.grantBudget("memory", this.nowMs), limitsOf(this.#limit.grant), names);
	}

	#complete(level: "agent" | "grant", grant: string | null, state: BudgetState, limits: BudgetLimits, names: Map<string, number>): void {
		for (const window of WINDOW_KINDS) {
			const limit = limits[window]?.calls;
			const { settled, resetsAtMs = null } = state[window];
			for (const percent of limit === undefined ? [] : PERCENTS) {
				const name = nameOf({ level, grant, window, resetsAtMs, percent });
				if (settled.calls * 100 >= percent * (limit ?? 0)) expect(names.get(name) ?? 0, name).toBeGreaterThan(0);
			}
		}
	}
}

const step = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({ kind: fc.constant("hold" as const), calls: fc.integer({ min: 1, max: 4 }), isOfGrant: fc.boolean() }),
	},
	{
		weight: 8,
		arbitrary: fc.record({
			kind: fc.constant("settle" as const),
			which: fc.nat(),
			calls: fc.integer({ min: 1, max: 4 }),
			fails: fc.nat(7).map((ofEight) => ofEight === 0),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("clock" as const), byMs: fc.integer({ min: -90_000, max: 90_000 }) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("clock" as const), byMs: fc.integer({ min: -90_000_000, max: 90_000_000 }) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("evict" as const) }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant("limit" as const),
			level: fc.constantFrom("agent" as const, "grant" as const),
			to: fc.integer({ min: 1, max: 12 }),
		}),
	},
);

const withWorld = async (work: (world: World) => void): Promise<void> => {
	const agent = await makeAgent();
	await agent.object.agent(agent.entry);
	await runInDurableObject(stubOf(agent), async (_instance, context) => {
		const world = new World(context);
		for (const level of ["agent", "grant"] as const) world.limit(level, 10);
		work(world);
		context.storage.sql.exec("DELETE FROM outbox");
		await context.storage.deleteAlarm();
	});
};

describe("thresholds of an agent and its grants", () => {
	it("are told when what is settled has reached them, once a window, whatever is settled again, rolled back, evicted, and however clocks and limits jump", {
		timeout: 60_000,
	}, async () => {
		let events = 0;
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 90 }), (steps) =>
				withWorld((world) => {
					for (const next of steps) {
						if (next.kind === "hold") world.hold(next.calls, next.isOfGrant);
						else if (next.kind === "settle") world.settle(next.which, next.calls, next.fails);
						else if (next.kind === "clock") world.nowMs += next.byMs;
						else if (next.kind === "limit") world.limit(next.level, next.to);
						else world.evict();
					}
					events += world.told().length;
				}),
			),
			{ numRuns: 40 },
		);
		expect(events).toBeGreaterThan(100);
	});

	it("name the level, the window and when it resets; a grant's name the grant", () =>
		withWorld((world) => {
			world.limit("grant", 4);
			world.hold(4, true);
			world.settle(0, 4, false);
			const resetsAtMs = NOON + 60_000;
			expect(world.told().filter(({ window }) => window === "minute")).toEqual(
				expect.arrayContaining([
					...PERCENTS.map((percent) => ({
						...{ level: "grant", grant: "memory", window: "minute", dimension: "calls", percent, limit: 4, settled: 4, resetsAtMs },
					})),
				]),
			);
			expect(world.told().filter(({ level }) => level === "agent")).toEqual([]);
		}));

	it("are told again in the next window, and of a lifetime when a raised limit is reached again", () =>
		withWorld((world) => {
			const spend = (calls: number): void => {
				for (let left = calls; left > 0; left -= 4) {
					world.hold(Math.min(4, left), false);
					world.settle(0, 4, false);
				}
			};
			const toldOf = (window: string): number[] =>
				world
					.told()
					.filter((data) => data.window === window && data.level === "agent")
					.map(({ percent }) => percent)
					.sort((left, right) => left - right);
			spend(5);
			expect(toldOf("minute")).toEqual([50]);
			world.limit("agent", 20);
			spend(6);
			expect(toldOf("minute")).toEqual([50]);
			world.nowMs += 60_000;
			spend(10);
			expect(toldOf("minute")).toEqual([50, 50]);
			world.limit("agent", 3);
			world.nowMs += 86_400_000;
			spend(1);
			// 22 of 27.
			expect(toldOf("lifetime")).toEqual([50, 80]);
			world.limit("agent", 10);
			spend(1);
			expect(toldOf("lifetime")).toEqual([50, 80]);
			world.nowMs += 60_000;
			spend(10);
			expect(toldOf("lifetime")).toEqual([50, 80]);
			for (let day = 0; day < 2; day += 1) {
				world.nowMs += 86_400_000;
				spend(10);
			}
			// 53 of 90.
			expect(toldOf("lifetime")).toEqual([50, 50, 80]);
		}));
});
