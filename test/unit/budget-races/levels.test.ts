import { describe, expect, it } from "vitest";
import { doneEnd, goodEnd, ring } from "../agents/agent-under-test.ts";
import { admitTo, GET, GRANTS, POST } from "../agents/run-under-test.ts";
import { actsOf, admit, budgetOf, makeRacers, race, raceToEnd, refusalsOf, WEB } from "./racing.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);

describe("the last unit", () => {
	it("raced for on all levels at once is one call's: every level is full to the unit, and none beyond", { timeout: 60_000 }, async () => {
		const policy = { ...WEB, grants: { web: { ...WEB.grants["web"], verb: "http.fetch", limits: { lifetime: { calls: 8 } } } } };
		const { agents, tenant } = await makeRacers(3, { lifetime: { calls: 24 } }, { run: { calls: 4 }, day: { calls: 8 } }, policy);
		const runs = await Promise.all(agents.flatMap((agent) => [1, 2].map(async () => ({ agent, runId: await admit(agent) }))));
		const raced = await Promise.all(
			runs.map(async ({ agent, runId }) => Promise.all(upTo(8).map((place) => raceToEnd(agent, runId, place)))),
		);
		expect(raced.map((each) => actsOf(each).length)).toEqual([4, 4, 4, 4, 4, 4]);
		for (const agent of agents) expect((await budgetOf(agent)).windows.day).toMatchObject({ settled: { calls: 8 }, held: { calls: 0 } });
		expect((await tenant.read()).windows.lifetime.left).toEqual({ calls: 0 });
		// The runs' own limit is met first, and is told as that.
		expect(new Set(raced.flatMap(refusalsOf).map(({ code }) => code))).toEqual(new Set(["calls_exceeded"]));
	});

	it("of each level is told as that level's, with its limit", async () => {
		const limited = { lifetime: { calls: 2 } };
		const policy = { ...WEB, grants: { web: { ...WEB.grants["web"], verb: "http.fetch", limits: limited } } };
		const cases = [
			{ level: "grant", made: await makeRacers(1, {}, {}, policy) },
			{ level: "agent", made: await makeRacers(1, {}, limited) },
			{ level: "tenant", made: await makeRacers(1, limited) },
		];
		for (const { level, made } of cases) {
			const [agent] = made.agents;
			if (agent === undefined) throw new Error("there is an agent");
			const runId = await admit(agent);
			const raced = await Promise.all(upTo(5).map((place) => race(agent, runId, place)));
			expect(actsOf(raced), level).toHaveLength(2);
			const grant = level === "grant" ? { grant: "web" } : {};
			const wanted = { level, ...grant, window: "lifetime", dimension: "calls", limit: 2, left: 0, wanted: 1, resetsAtMs: null };
			for (const { details } of refusalsOf(raced)) expect(details).toEqual(wanted);
		}
	});

	it("that an outer level does not have is charged on no inner one: nothing of a refused call stays held", async () => {
		const { agents } = await makeRacers(1, { lifetime: { egressBytes: 1 } }, { day: { calls: 9, egressBytes: 1_000_000_000 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const runId = await admit(agent);
		const before = (await budgetOf(agent)).windows.day;
		const [refused] = refusalsOf([await race(agent, runId, 1)]);
		expect(refused?.details).toMatchObject({ level: "tenant", dimension: "egressBytes", limit: 1, left: 1 });
		expect((await budgetOf(agent)).windows.day).toEqual(before);
	});
});

describe("a budget that is lowered below what is held", () => {
	it("holds nothing more, and what is under way settles with what it really was", async () => {
		const { agents } = await makeRacers(1, {}, { day: { calls: 10 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const runId = await admit(agent);
		const acts = actsOf(await Promise.all(upTo(6).map((place) => race(agent, runId, place))));
		await agent.object.change(agent.entry, { budget: { limits: { day: { calls: 3 } } } });
		const shown = { limits: { calls: 3 }, held: { calls: 6 }, left: { calls: 0 } };
		expect((await budgetOf(agent)).windows.day).toMatchObject(shown);
		expect(refusalsOf([await race(agent, runId, 7)])[0]?.details).toMatchObject({ limit: 3, left: 0 });
		await Promise.all(acts.map((callId) => agent.object.endCall(doneEnd(callId, { egressBytes: 5 }))));
		expect((await budgetOf(agent)).windows.day).toMatchObject({ held: { calls: 0 }, settled: { calls: 6, egressBytes: 30 } });
		await agent.object.change(agent.entry, { budget: { limits: { day: { calls: 7 } } } });
		expect(actsOf(await Promise.all([race(agent, runId, 8), race(agent, runId, 9)]))).toHaveLength(1);
	});

	it("of the tenant likewise: its agents hold nothing more from the moment that the answer came", async () => {
		const { agents, tenant } = await makeRacers(1, { lifetime: { calls: 1_000_000 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const runId = await admit(agent);
		const acts = actsOf(await Promise.all(upTo(6).map((place) => race(agent, runId, place))));
		expect(acts).toHaveLength(6);
		await tenant.setLimits({ lifetime: { calls: 3 } }, null);
		await expect.poll(async () => refusalsOf([await race(agent, runId, 100)]).length, { timeout: 15_000 }).toBe(1);
		await Promise.all(acts.map((callId) => agent.object.endCall(doneEnd(callId))));
		expect(await agent.object.finish(goodEnd(runId))).not.toBeNull();
	});
});

describe("a retry", () => {
	it("of a call after what executed its run died is the same call: it is held once, and charged once however often it is told", async () => {
		const { agents } = await makeRacers(1, { lifetime: { calls: 1 } }, { day: { calls: 1 } }, { grants: GRANTS });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const run = await admitTo(agent);
		const callId = await run.act(1, GET);
		const heldOnce = { held: { calls: 1 }, settled: { calls: 0 } };
		await run.lose();
		await run.claim();
		// Whoever performs it goes on.
		expect(await run.begin(1, GET)).toEqual({ kind: "wait", callId });
		expect((await budgetOf(agent)).windows.day).toMatchObject(heldOnce);
		await run.lose();
		await run.inside((state) => state.performing.delete(callId));
		await run.claim();
		expect(await run.act(1, GET)).toBe(callId);
		expect((await budgetOf(agent)).windows.day).toMatchObject(heldOnce);
		for (const _time of upTo(3)) await agent.object.endCall(doneEnd(callId, { egressBytes: 7 }));
		await run.lose();
		await run.claim();
		expect(await run.ask(1, GET)).toMatchObject({ kind: "done" });
		expect((await budgetOf(agent)).windows.day).toMatchObject({ held: { calls: 0 }, settled: { calls: 1, egressBytes: 7 } });
		expect(await run.ask(2, GET)).toMatchObject({ kind: "error", code: "budget_exceeded" });
	});

	it("of settling after the hold has expired charges nothing again: it was charged in full", async () => {
		const { agents } = await makeRacers(1, {}, { day: { calls: 9 } }, { grants: GRANTS });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const run = await admitTo(agent);
		const callId = await run.act(1, POST);
		await run.write(`UPDATE holds SET expires_at_ms = 1 WHERE id = '${callId}'`);
		await ring(agent);
		const { settled } = (await budgetOf(agent)).windows.day;
		expect(settled).toMatchObject({ calls: 1 });
		expect(settled.egressBytes).toBeGreaterThan(7);
		await agent.object.endCall(doneEnd(callId, { egressBytes: 7 }));
		expect((await budgetOf(agent)).windows.day).toMatchObject({ settled, held: { calls: 0 } });
	});

	it("of a run with its id is the same run, whatever of its answer was lost", async () => {
		const { agents, tenant } = await makeRacers(1, { lifetime: { runs: 2 }, liveRuns: 2 }, { day: { runs: 2 } });
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const command = agent.command();
		const answers = await Promise.all(upTo(10).map(() => agent.object.admit(agent.entry, command)));
		expect(answers.filter(({ kind }) => kind === "execute")).toHaveLength(1);
		expect(answers.filter(({ kind }) => kind === "exists")).toHaveLength(9);
		for (let again = 0; again < 3; again += 1) await agent.object.finish(goodEnd(command.runId));
		expect((await budgetOf(agent)).windows.day).toMatchObject({ settled: { runs: 1 }, held: { runs: 0 } });
		expect(await admit(agent)).toBeTruthy();
		expect(await agent.object.admit(agent.entry, agent.command())).toMatchObject({ kind: "refused", code: "budget_exceeded" });
		expect((await tenant.read()).windows.lifetime.left).toEqual({ runs: 0 });
	});
});
