import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Policy } from "../../../contract/agents.ts";
import { type AgentUnderTest, call, callOf, doneEnd, FETCH_ARGS, makeAgent } from "./agent-under-test.ts";
import { put, RunUnderTest } from "./run-under-test.ts";
import { begotten, give, root, runsOf, SLICE } from "../sub-agents/family.ts";

const Amounts = z.record(z.string(), z.int());
const Windows = z.record(z.string(), z.strictObject({ left: Amounts, resetsAtMs: z.int().nullable() }));
const Remaining = z.strictObject({
	left: Amounts,
	levels: z.strictObject({ run: Amounts, agent: Windows, grants: z.record(z.string(), Windows) }),
});

const POLICY: Policy = {
	grants: {
		budget: { verb: "budget.read" },
		memory: { verb: "state", limits: { day: { calls: 5 } } },
		web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET"] }], limits: { minute: { egressBytes: 1_000_000 } } },
		idle: { verb: "state", prefix: "idle" },
	},
};

const begin = async (agent: AgentUnderTest, overrides: Parameters<AgentUnderTest["command"]>[0] = {}): Promise<string> => {
	const command = agent.command({ limits: { calls: 20 }, ...overrides });
	expect(await agent.object.admit(agent.entry, command)).toMatchObject({ kind: "execute" });
	return command.runId;
};
const remaining = async (agent: AgentUnderTest, runId: string, place: number) => {
	const answer = await call(agent, { runId, grant: "budget", method: "remaining", args: [], place });
	if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
	return Remaining.parse(answer.value);
};
describe("what a program reads of its budget", () => {
	it("is what is left on each level with its own call counted, and the least of it by dimension", async () => {
		const agent = await makeAgent(POLICY, { run: { calls: 9, tokens: 70 }, day: { calls: 100, runs: 3 }, lifetime: { calls: 8 } });
		const runId = await begin(agent);
		await new RunUnderTest(agent, runId, 1).ask(1, put("k", 1));
		const read = await remaining(agent, runId, 2);
		expect(read.levels.run).toEqual({ calls: 7, tokens: 70 });
		expect(read.levels.agent["day"]?.left).toEqual({ calls: 98, runs: 2 });
		expect(read.levels.agent["lifetime"]).toEqual({ left: { calls: 6 }, resetsAtMs: null });
		expect(read.left).toEqual({ calls: 6, runs: 2, tokens: 70 });
		expect(Object.keys(read.levels.grants).sort()).toEqual(["memory", "web"]);
		expect(read.levels.grants["memory"]?.["day"]?.left).toEqual({ calls: 4 });
		const budget = await agent.object.budget(agent.entry);
		expect(budget?.windows.lifetime.left.calls).toBe(6);
		expect(read.levels.agent["day"]?.resetsAtMs).toBe(budget?.windows.day.resetsAtMs);
	});

	it("counts what is only held: a call under way, and the run's own time", async () => {
		const agent = await makeAgent(POLICY, { run: { egressBytes: 5_000_000, cpuMs: 60_000 } });
		const runId = await begin(agent, { limits: { calls: 20, cpuMs: 1_000 } });
		const before = await remaining(agent, runId, 1);
		expect(before.levels.run).toMatchObject({ cpuMs: 59_000, egressBytes: 5_000_000 });
		const begun = await agent.object.beginCall(callOf(agent, { runId, grant: "web", method: "fetch", args: FETCH_ARGS, place: 2 }));
		if (begun.kind !== "act") throw new Error(JSON.stringify(begun));
		const during = await remaining(agent, runId, 3);
		expect(during.levels.run["egressBytes"]).toBeLessThan(5_000_000);
		expect(during.levels.grants["web"]?.["minute"]?.left["egressBytes"]).toBe(
			1_000_000 - (5_000_000 - (during.levels.run["egressBytes"] ?? 0)),
		);
		await agent.object.endCall(doneEnd(begun.callId, { egressBytes: 100 }));
		expect((await remaining(agent, runId, 4)).levels.run["egressBytes"]).toBe(4_999_900);
	});

	it("is recorded: executed again, the program reads what it read the first time, and is charged once", async () => {
		const agent = await makeAgent(POLICY, { day: { calls: 50 } });
		const runId = await begin(agent);
		const run = new RunUnderTest(agent, runId, 1);
		const first = await run.ask(1, ["budget", "remaining"]);
		await run.ask(2, put("k", 1));
		await run.lose();
		await run.claim();
		expect(await run.ask(1, ["budget", "remaining"])).toEqual(first);
		expect((await agent.object.budget(agent.entry))?.windows.day.left.calls).toBe(48);
		await run.ask(2, put("k", 1));
		expect(await run.ask(3, ["budget", "remaining"])).toMatchObject({ value: { levels: { agent: { day: { left: { calls: 47 } } } } } });
	});

	it("may be zero, and is then refused itself: the call that asks is a call", async () => {
		const agent = await makeAgent(POLICY, { lifetime: { calls: 2 } });
		const runId = await begin(agent);
		expect((await remaining(agent, runId, 1)).left["calls"]).toBe(1);
		expect((await remaining(agent, runId, 2)).left["calls"]).toBe(0);
		const refused = await call(agent, { runId, grant: "budget", method: "remaining", args: [], place: 3 });
		expect(refused).toMatchObject({ kind: "error", code: "budget_exceeded" });
	});

	it("does not show grants that the run does not have, and nothing to a run without the grant", async () => {
		const agent = await makeAgent(POLICY);
		const narrow = await begin(agent, { grants: ["budget"] });
		expect(await remaining(agent, narrow, 1)).toEqual({
			left: { calls: 19 },
			levels: { run: { calls: 19 }, agent: {}, grants: {} },
		});
		const blind = await begin(agent, { grants: ["memory"] });
		const refused = await call(agent, { runId: blind, grant: "budget", method: "remaining", args: [] });
		expect(refused).toMatchObject({ kind: "error", code: "capability_not_granted" });
	});

	it("of a run that another one of its agent has started is its slice: the agent's own windows hold that already", async () => {
		const grants = { budget: { verb: "budget.read" }, work: runsOf("self") };
		const agent = await makeAgent({ grants }, { run: { calls: 60 }, day: { calls: 100 } });
		await give(agent, { program: "export default () => 1" });
		const run = await root(agent);
		const { born } = await begotten(run, agent);
		const inside = await born.ask(1, ["budget", "remaining"]);
		const { cpuMs: _cpu, wallMs: _wall, usdMicros: _usd, ...counted } = SLICE;
		expect(inside).toMatchObject({ kind: "done", value: { levels: { agent: {}, grants: {} } } });
		if (inside.kind !== "done") return;
		const read = Remaining.parse(inside.value);
		expect(read.levels.agent).toEqual({});
		expect(read.levels.run).toMatchObject({ ...counted, runs: SLICE.runs - 1, calls: SLICE.calls - 1 });
		expect(read.left).toEqual(read.levels.run);
		const outside = await run.ask(2, ["budget", "remaining"]);
		// The call that started it, what it was lent, and the call that asks.
		expect(outside).toMatchObject({
			value: { levels: { run: { calls: 60 - 1 - SLICE.calls - 1 }, agent: { day: { left: { calls: 100 - 1 - SLICE.calls - 1 } } } } },
		});
	});
});
