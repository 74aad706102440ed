import { afterEach, describe, expect, it, vi } from "vitest";
import { BudgetWorld } from "./budget-world.ts";
import { withContext } from "./own-context.ts";
import { WorldRuns } from "./world-runs.ts";

describe("a run whose attempt was lost", () => {
	afterEach(() => void vi.restoreAllMocks());

	it("gives its place among the tenant's live runs back while it waits for a person to say what became of a call", () =>
		withContext(async (context) => {
			const world = new BudgetWorld(context, 1, {});
			vi.spyOn(Date, "now").mockImplementation(() => world.nowMs);
			await world.setTenantLimits({ liveRuns: 1 }, "UTC");
			const runs = new WorldRuns(world);
			const place = world.placeOf(0);
			await runs.admit(0, false, 0);
			await runs.call(0, "free POST");
			world.evict(place);
			await runs.finish(0, "lost", 5, false);
			const [run] = world.seen(place).runs;
			if (run?.status !== "waiting_approval" || run.claimed !== 0) throw new Error(`the run is to wait: ${run?.status}`);
			expect(run.state.liveSlice).toBeNull();
		}));
});
