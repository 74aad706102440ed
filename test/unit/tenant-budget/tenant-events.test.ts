import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { TenantEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { listTenantEvents } from "../../../worker/ledger/tenant-events.ts";
import { type TenantUnderTest, withTenant } from "./tenant-under-test.ts";

const percentsOf = (events: Iterable<TenantEvent>): number[] =>
	[...events].flatMap((event) => (event.type === "budget.threshold" ? [event.data.percent] : [])).sort((left, right) => left - right);

/** Spends all of a tenant's ten runs, and has it reported. */
const spendAll = async (world: TenantUnderTest): Promise<void> => {
	const [holder] = world.holders;
	if (holder === undefined) throw new Error("a tenant under test has agents");
	for (let run = 0; run < 10; run += 1) {
		const made = await world.hold(holder, { runs: 1 });
		if (made !== null) world.settle(made, 1);
	}
	world.nowMs += LIMITS.sliceMs.max;
	await holder.keeper.alarm();
	world.nowMs += LIMITS.sliceReportMs;
	await holder.keeper.alarm();
};

describe("a tenant's events", () => {
	it("are told once each by its alarm, when D1 was away, when its answer was lost, and after it was evicted", () =>
		withTenant({ lifetime: { runs: 10 } }, 1, async (world, sql) => {
			await spendAll(world);
			const waiting = (): unknown => sql.exec("SELECT count(*) AS count FROM events").one()["count"];
			expect([world.told.size, waiting()]).toEqual([0, 3]);
			world.refusedBatches = 1;
			await world.object.alarm();
			expect([world.told.size, waiting()]).toEqual([0, 3]);
			world.wake();
			world.lostBatches = 1;
			await world.object.alarm();
			const ids = [...world.told.keys()];
			expect(waiting()).toBe(3);
			world.wake();
			await world.object.alarm();
			expect([...world.told.keys()]).toEqual(ids);
			expect(percentsOf(world.told.values())).toEqual([50, 80, 100]);
			expect(waiting()).toBe(0);
		}));

	it("are told once, whatever reports come again", () =>
		withTenant({ lifetime: { runs: 10 } }, 1, async (world) => {
			await spendAll(world);
			for (let message = 0; message < 2 * world.heard.length; message += 1) await world.repeat(message);
			await world.object.alarm();
			for (let message = 0; message < world.heard.length; message += 1) await world.repeat(message);
			await world.object.alarm();
			expect(percentsOf(world.told.values())).toEqual([50, 80, 100]);
		}));

	it("lie in D1 under the tenant whose budget it is, moments after an agent's report", async () => {
		const [tenantId, otherId] = [newId("ten"), newId("ten")];
		const object = env.TENANTS.get(env.TENANTS.idFromName(tenantId));
		await object.setLimits({ day: { calls: 4 } }, "UTC");
		const holder = `${tenantId}/0123456789abcdef`;
		const ask = { holder, n: 1, want: { calls: 4 }, wish: {}, reports: [] };
		expect((await object.lease(ask)).kind).toBe("leased");
		await object.report(holder, [{ n: 1, revision: 1, settled: { calls: 3 }, held: {}, closed: true }]);
		const of = (id: string) => listTenantEvents(env.DB, id, { type: "budget.threshold", agentId: null, before: null, most: 10 });
		await vi.waitFor(async () => expect(percentsOf(await of(tenantId))).toEqual([50]), { timeout: 15_000 });
		expect((await of(tenantId))[0]).toMatchObject({ agent: null, run: null, data: { level: "tenant", window: "day", dimension: "calls" } });
		expect(await of(otherId)).toEqual([]);
	});
});
