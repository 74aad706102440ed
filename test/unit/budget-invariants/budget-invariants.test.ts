import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BudgetWorld } from "./budget-world.ts";
import { withContext } from "./own-context.ts";
import { agentLimits, doStep, grantLimits, payLimits, type Step, step, tenantLimits } from "./world-steps.ts";
import { WorldRuns } from "./world-runs.ts";

/** How many worlds, and which: a failure prints its seed and path. */
const RUNS = Number(env.INVARIANTS_RUNS ?? 16);
const SEED = env.INVARIANTS_SEED;

const live = async (world: BudgetWorld, steps: readonly Step[]): Promise<void> => {
	const runs = new WorldRuns(world);
	for (const next of steps) {
		await doStep(world, runs, next);
		world.expectSound();
	}
	await runs.drain();
	world.expectSound();
	await world.settleDown();
	world.expectSound();
	world.expectQuiet(true);
};

describe("budgets of a tenant and its agents", () => {
	afterEach(() => void vi.restoreAllMocks());

	it("are never overspent on any level, charge everything once and give everything back, whatever is lost, repeated, evicted, late or changed", {
		timeout: 3_600_000,
	}, async () => {
		const world = fc.record({
			agents: fc.integer({ min: 1, max: 3 }),
			ofAgent: agentLimits,
			ofTenant: tenantLimits,
			web: grantLimits,
			pay: payLimits,
			steps: fc.array(step, { maxLength: 80, size: "max" }),
		});
		const property = fc.asyncProperty(fc.noBias(world), async ({ agents, ofAgent, ofTenant, web, pay, steps }) =>
			withContext(async (context) => {
				const made = new BudgetWorld(context, agents, ofAgent);
				vi.spyOn(Date, "now").mockImplementation(() => made.nowMs);
				await made.setTenantLimits(ofTenant, "Europe/Berlin");
				for (const place of made.places) await made.setGrantLimits(place, web, pay);
				await live(made, steps);
			}),
		);
		await fc.assert(property, {
			numRuns: RUNS,
			endOnFailure: env.INVARIANTS_SHRINK === "no",
			...(SEED === undefined ? {} : { seed: Number(SEED) }),
		});
		expect(RUNS).toBeGreaterThan(0);
	});
});
