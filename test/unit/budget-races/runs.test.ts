import { describe, expect, it } from "vitest";
import type { Limits } from "../../../contract/budgets.ts";
import { doneEnd, goodEnd } from "../agents/agent-under-test.ts";
import { actsOf, admit, budgetOf, makeRacers, race, refusalsOf } from "./racing.ts";

/** An agent whose runs have limits of their own. */
const agentWith = async (run: Limits) => {
	const [agent] = (await makeRacers(1, {}, { run })).agents;
	if (agent === undefined) throw new Error("there is an agent");
	return agent;
};

/** The most that a GET of these tests is held for. */
const worstOf = async (): Promise<{ egressBytes: number; usdMicros: number }> => {
	const agent = await agentWith({});
	const runId = await admit(agent);
	const before = (await budgetOf(agent)).windows.day.held;
	await race(agent, runId, 1);
	const { egressBytes, usdMicros } = (await budgetOf(agent)).windows.day.held;
	return { egressBytes: egressBytes - before.egressBytes, usdMicros: usdMicros - before.usdMicros };
};

describe("a limit on one run", () => {
	it("of bytes bounds its calls together, those under way with all that they may send", async () => {
		const { egressBytes } = await worstOf();
		const agent = await agentWith({ egressBytes: 2 * egressBytes });
		const runId = await admit(agent);
		const raced = await Promise.all([1, 2, 3].map((place) => race(agent, runId, place)));
		expect(refusalsOf(raced).map(({ details }) => details)).toEqual([
			{ level: "run", window: "run", dimension: "egressBytes", limit: 2 * egressBytes, left: 0, wanted: egressBytes, resetsAtMs: null },
		]);
		for (const callId of actsOf(raced)) await agent.object.endCall(doneEnd(callId, { egressBytes: 10 }));
		expect(actsOf([await race(agent, runId, 4)])).toHaveLength(1);
		const other = await admit(agent);
		expect(actsOf([await race(agent, other, 1)])).toHaveLength(1);
	});

	it("of money has the price of its CPU time in it, which is held from its beginning", async () => {
		const call = await worstOf();
		const rich = await agentWith({ cpuMs: 1_000 });
		await admit(rich);
		const { held } = (await budgetOf(rich)).windows.day;
		expect(held.usdMicros).toBeGreaterThanOrEqual(20);
		const limit = held.usdMicros + call.usdMicros - 1;
		const agent = await agentWith({ usdMicros: limit, cpuMs: 1_000 });
		const [refused] = refusalsOf([await race(agent, await admit(agent), 1)]);
		const details = { level: "run", dimension: "usdMicros", limit, left: call.usdMicros - 1, wanted: call.usdMicros };
		expect(refused?.details).toMatchObject(details);
		const poor = await agentWith({ usdMicros: held.usdMicros - 1, cpuMs: 1_000 });
		expect(await poor.object.admit(poor.entry, poor.command())).toMatchObject({
			kind: "refused",
			code: "budget_exceeded",
			details: { shortage: { level: "run", window: "run", dimension: "usdMicros", limit: held.usdMicros - 1 } },
		});
	});

	it("of CPU and wall time is the most that its attempts get", async () => {
		const agent = await agentWith({ cpuMs: 120, wallMs: 3_000 });
		const command = agent.command();
		const admitted = await agent.object.admit(agent.entry, command);
		expect(admitted).toMatchObject({ kind: "execute", attempt: { limits: { cpuMs: 120, wallMs: 3_000 } } });
		expect((await budgetOf(agent)).windows.day.held).toMatchObject({ cpuMs: 120, wallMs: 3_000 });
		await agent.object.finish({ ...goodEnd(command.runId), cpuMs: 500, wallMs: 9_999 });
		expect((await budgetOf(agent)).windows.day.settled).toMatchObject({ cpuMs: 120, wallMs: 3_000 });
	});

	it("of calls is told as that of the run", async () => {
		const agent = await agentWith({ calls: 2 });
		const runId = await admit(agent);
		const raced = await Promise.all([1, 2, 3, 4].map((place) => race(agent, runId, place)));
		expect(actsOf(raced)).toHaveLength(2);
		expect(refusalsOf(raced).map(({ code }) => code)).toEqual(["calls_exceeded", "calls_exceeded"]);
	});

	it("of runs counts the run itself, so that none lets it in", async () => {
		const none = await agentWith({ runs: 0 });
		expect(await none.object.admit(none.entry, none.command())).toMatchObject({
			code: "budget_exceeded",
			details: { shortage: { level: "run" } },
		});
		expect(await admit(await agentWith({ runs: 1 }))).toBeTruthy();
	});
});

describe("a call that ends with more than was held, or with what is no amount", () => {
	it.each([
		["more than was held", { egressBytes: 1e12 }],
		["a fraction", { egressBytes: 10.5 }],
	])("is charged at most what was held: %s", async (_what, cost) => {
		const agent = await agentWith({});
		const runId = await admit(agent);
		const before = (await budgetOf(agent)).windows.day.held.egressBytes;
		const [callId = ""] = actsOf([await race(agent, runId, 1)]);
		const held = (await budgetOf(agent)).windows.day.held.egressBytes - before;
		await agent.object.endCall(doneEnd(callId, cost));
		const { settled } = (await budgetOf(agent)).windows.day;
		expect(settled.egressBytes).toBe(Math.min(held, Math.ceil(cost.egressBytes)));
	});
});

describe("prices that change while a run is under way", () => {
	it("are those of its admission, for what it holds and what it is charged; the next run has the new ones", async () => {
		const [agent] = (await makeRacers(1, {})).agents;
		if (agent === undefined) throw new Error("there is an agent");
		const nothing = { runNanos: 0, cpuSecondNanos: 0, egressGibNanos: 0 };
		const tableOf = (callNanos: number) => ({ ...nothing, verbs: { "http.fetch": { callNanos } } });
		const first = await admit(agent, { prices: { version: 1, table: tableOf(5_000_000) } });
		const [cheap = ""] = actsOf([await race(agent, first, 1)]);
		const second = await admit(agent, { prices: { version: 2, table: tableOf(50_000_000) } });
		const [late = ""] = actsOf([await race(agent, first, 2)]);
		const [dear = ""] = actsOf([await race(agent, second, 1)]);
		expect((await budgetOf(agent)).windows.day.held.usdMicros).toBe(60_000);
		for (const callId of [cheap, late, dear]) await agent.object.endCall(doneEnd(callId));
		const spent = async (runId: string) => (await agent.object.run(runId))?.usage.usdMicros;
		expect([await spent(first), await spent(second)]).toEqual([10_000, 50_000]);
		expect((await budgetOf(agent)).windows.day).toMatchObject({ settled: { usdMicros: 60_000 }, held: { usdMicros: 0 } });
	});
});
