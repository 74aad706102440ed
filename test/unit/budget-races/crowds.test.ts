import { describe, expect, it } from "vitest";
import { actsOf, admit, budgetOf, end, makeRacers, raceToEnd, refusalsOf } from "./racing.ts";

/** Runs of an agent at once; each makes as many calls at once as one run may. */
const RUNS = 32;
const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);

describe("a thousand calls at once", () => {
	it("of one agent with a budget for a hundred: a hundred are performed, each other is told whose limit it met", {
		timeout: 120_000,
	}, async () => {
		const { agents } = await makeRacers(1, {}, { day: { calls: 100 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const runIds = await Promise.all(upTo(RUNS).map(() => admit(agent)));
		const raced = await Promise.all(upTo(1_000).map((nth) => raceToEnd(agent, runIds[nth % RUNS] ?? "", Math.ceil(nth / RUNS))));
		expect(new Set(actsOf(raced)).size).toBe(100);
		const refusals = refusalsOf(raced);
		expect(refusals).toHaveLength(900);
		const { resetsAtMs } = (await budgetOf(agent)).windows.day;
		for (const { code, details, message } of refusals) {
			expect(code).toBe("budget_exceeded");
			expect(details).toEqual({ level: "agent", window: "day", dimension: "calls", limit: 100, left: 0, wanted: 1, resetsAtMs });
			expect(message).toContain("0 calls left of the agent's day limit of 100, wanted 1; it resets at ");
		}
		expect((await budgetOf(agent)).windows.day).toMatchObject({ settled: { calls: 100, egressBytes: 1_000 }, left: { calls: 0 } });
		for (const runId of runIds) await end(agent, runId);
	});

	it("of one agent whose tenant has a hundred: a hundred are performed", { timeout: 120_000 }, async () => {
		const { agents, tenant } = await makeRacers(1, { month: { calls: 100 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const runIds = await Promise.all(upTo(RUNS).map(() => admit(agent)));
		const raced = await Promise.all(upTo(1_000).map((nth) => raceToEnd(agent, runIds[nth % RUNS] ?? "", Math.ceil(nth / RUNS))));
		expect(actsOf(raced)).toHaveLength(100);
		for (const { code, details } of refusalsOf(raced)) {
			expect(code).toBe("budget_exceeded");
			expect(details).toMatchObject({ level: "tenant", window: "month", dimension: "calls", limit: 100, left: 0, wanted: 1 });
		}
		expect((await tenant.read()).windows.month.left).toEqual({ calls: 0 });
	});

	it("of twenty agents of a tenant with a budget for a hundred: a hundred are performed, wherever they come from", {
		timeout: 120_000,
	}, async () => {
		const { agents, tenant } = await makeRacers(20, { lifetime: { calls: 100 } });
		const runs = await Promise.all(agents.flatMap((agent) => [1, 2].map(async () => ({ agent, runId: await admit(agent) }))));
		const raced = await Promise.all(runs.flatMap(({ agent, runId }) => upTo(25).map((place) => raceToEnd(agent, runId, place))));
		expect(raced).toHaveLength(1_000);
		expect(new Set(actsOf(raced)).size).toBe(100);
		for (const { code, details } of refusalsOf(raced)) {
			expect(code).toBe("budget_exceeded");
			expect(details).toEqual({
				level: "tenant",
				window: "lifetime",
				dimension: "calls",
				limit: 100,
				left: 0,
				wanted: 1,
				resetsAtMs: null,
			});
		}
		const spent = await Promise.all(agents.map(async (agent) => (await budgetOf(agent)).windows.lifetime.settled.calls));
		expect(spent.reduce((sum, calls) => sum + calls, 0)).toBe(100);
		expect((await tenant.read()).windows.lifetime.left).toEqual({ calls: 0 });
	});
});
