import { describe, expect, it } from "vitest";
import { childRunId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { failedEnd, makeAgent, seenBy } from "../agents/agent-under-test.ts";
import { type Asked, put, type RunUnderTest } from "../agents/run-under-test.ts";
import { begotten, budgetOf, give, makePair, RUN, root, runsOf, SLICE, start } from "./family.ts";

const MEMORY = { memory: { verb: "state" } };

/** Starts a run, and says why none was started. */
const refusal = async (run: RunUnderTest, place: number, asked: Asked = RUN) => {
	const begun = await run.begin(place, asked);
	if (begun.kind !== "act") return seenBy(begun);
	const started = await start(run, begun);
	if (started.kind === "started") return null;
	await run.agent.object.endCall(failedEnd(begun.callId));
	return started;
};

describe("runs start others", () => {
	it(`${LIMITS.runDepth} deep and no deeper`, async () => {
		const agent = await makeAgent();
		const budget = { ...SLICE, runs: 20, cpuMs: 20_000, wallMs: 200_000, usdMicros: 100_000 };
		await give(agent, { policy: { grants: { work: runsOf("self", { budget }) } } });
		let run = await root(agent, { inlineMs: 0 });
		for (let depth = 1; depth <= LIMITS.runDepth; depth += 1) {
			const less = {
				...budget,
				runs: 20 - depth,
				calls: 20 - depth,
				cpuMs: 20_000 - 2_000 * depth,
				wallMs: 200_000 - 20_000 * depth,
				usdMicros: 100_000 - 1_000 * depth,
			};
			run = (await begotten(run, agent, 1, ["work", "run", { budget: less }])).born;
			expect((await run.run()).parent).not.toBeNull();
		}
		const small = { runs: 1, calls: 1, cpuMs: 1_000, wallMs: 10_000, usdMicros: 100, tokens: 0, egressBytes: 0 };
		expect(await refusal(run, 1, ["work", "run", { budget: small }])).toMatchObject({
			code: "calls_exceeded",
			message: expect.stringContaining("deep"),
		});
	});

	it(`${LIMITS.childrenAtOnce} at once and no more, until one has ended; through a grant as many as it says`, async () => {
		const { parent, child } = await makePair();
		await give(parent, {
			policy: { grants: { work: runsOf(child.entry.agentId), two: runsOf(child.entry.agentId, { limits: { atOnce: 2 } }) } },
		});
		const run = await root(parent);
		const two: Asked = ["two", "run", {}];
		const first = await begotten(run, child, 1, two);
		await begotten(run, child, 2, two);
		expect(await refusal(run, 3, two)).toMatchObject({ code: "calls_exceeded", message: expect.stringContaining("through this grant") });
		for (let place = 4; place <= LIMITS.childrenAtOnce + 1; place += 1) await begotten(run, child, place);
		expect(await refusal(run, 20)).toMatchObject({ code: "calls_exceeded", message: expect.stringContaining("at once") });
		await first.born.finish();
		await run.wait(first.callId);
		expect(await refusal(run, 21)).toBeNull();
	});

	it(`${LIMITS.childrenPerRun} in a run's life and no more; those that were not started do not count`, async () => {
		const { parent, child } = await makePair();
		await give(parent, { policy: { grants: { work: runsOf(child.entry.agentId), none: runsOf("nobody") }, limits: { calls: 200 } } });
		const run = await root(parent);
		expect(await refusal(run, 1, ["none", "run"])).toMatchObject({ code: "capability_not_granted" });
		await run.inside((state) => {
			for (let index = 0; index < LIMITS.childrenPerRun - 1; index += 1) {
				state.kin.open({ call_id: `cal_${index}`, run_id: run.runId, grant_name: "work", child_run_id: "", child_agent_id: "" }, 0);
				state.kin.end(`cal_${index}`);
			}
		});
		expect(await refusal(run, 2)).toBeNull();
		expect(await refusal(run, 3)).toMatchObject({
			code: "calls_exceeded",
			message: expect.stringContaining(`${LIMITS.childrenPerRun} runs`),
		});
	});
});

describe("what a call lends bounds the run that it starts", () => {
	const small = { ...SLICE, runs: 1, calls: 2, tokens: 0 };

	it("in its calls", async () => {
		const { parent, child } = await makePair(MEMORY, MEMORY, { work: { budget: small } });
		const { born } = await begotten(await root(parent), child);
		expect(await born.ask(1, put("a", 1))).toMatchObject({ kind: "done" });
		expect(await born.ask(2, put("b", 1))).toMatchObject({ kind: "done" });
		expect(await born.ask(3, put("c", 1))).toMatchObject({ kind: "error", code: "budget_exceeded" });
	});

	it("in the time of each attempt", async () => {
		const { parent, child } = await makePair({}, {}, { work: { budget: { ...small, cpuMs: 300, wallMs: 2_000 } } });
		const run = await root(parent);
		const begun = await run.begin(1, RUN);
		expect(await start(run, begun)).toEqual({ kind: "started" });
		const runId = begun.kind === "act" ? childRunId(begun.callId, child.entry.agentId) : "";
		expect((await child.object.claim(child.entry, runId))?.limits).toMatchObject({ cpuMs: 300, wallMs: 2_000 });
	});

	it("in runs below it, which count within it", async () => {
		const agent = await makeAgent();
		await give(agent, { policy: { grants: { work: runsOf("self", { budget: { ...SLICE, runs: 2 } }) } } });
		const { born } = await begotten(await root(agent), agent);
		const part = { runs: 1, calls: 1, cpuMs: 1_000, wallMs: 10_000, usdMicros: 100, tokens: 0, egressBytes: 0 };
		await begotten(born, agent, 1, ["work", "run", { budget: part }]);
		expect(await refusal(born, 2, ["work", "run", { budget: part }])).toMatchObject({
			code: "budget_exceeded",
			message: expect.stringContaining("runs"),
		});
	});

	it("in CPU time, all attempts together, and in money", async () => {
		const { parent, child } = await makePair({}, { ask: { verb: "human.ask" } }, { work: { budget: { ...SLICE, cpuMs: 1_200 } } });
		await give(parent, {
			policy: { grants: { ask: { verb: "human.ask" }, work: runsOf(child.entry.agentId, { budget: { ...SLICE, cpuMs: 1_200 } }) } },
		});
		const { born } = await begotten(await root(parent), child);
		const callId = await born.waits(1, ["ask", "ask", { question: "?" }]);
		expect(await born.wait(callId)).toEqual({ kind: "parked" });
		await born.finish({ ending: "parked", status: "failed", result: null, cpuMs: 900 });
		await born.decide(callId, "approve", { answer: JSON.stringify("yes") });
		const attempt = await child.object.claim(child.entry, born.runId);
		expect(attempt?.limits.cpuMs).toBe(300);
	});

	it("so that a run which costs more than was lent is not started", async () => {
		const { parent } = await makePair({}, {}, { work: { budget: { ...SLICE, usdMicros: 1 } } });
		const run = await root(parent);
		expect(await refusal(run, 1)).toMatchObject({ code: "budget_exceeded", message: expect.stringContaining("usdMicros") });
		expect((await budgetOf(parent)).held).toMatchObject({ runs: 1, calls: 0, tokens: 0 });
	});

	it("and is set aside with the run that calls: what that one does not have it cannot lend", async () => {
		const { parent, child } = await makePair({}, {}, { limits: { run: { calls: SLICE.calls + 1 } } });
		const run = await root(parent);
		await begotten(run, child);
		expect(await refusal(run, 2)).toMatchObject({ kind: "error", code: "budget_exceeded", message: expect.stringContaining("run limit") });
		const agent = await makePair({}, {}, { limits: { lifetime: { runs: SLICE.runs } } });
		expect(await refusal(await root(agent.parent), 1)).toMatchObject({
			code: "budget_exceeded",
			message: expect.stringContaining("agent's lifetime limit"),
		});
	});
});

describe("a run of an agent that has started it", () => {
	it("counts once in its budget, in what was lent", async () => {
		const agent = await makeAgent({ grants: {} }, { lifetime: { runs: 1 + SLICE.runs, usdMicros: 30_000 } });
		await give(agent, { policy: { grants: { ...MEMORY, work: runsOf("self") } } });
		const run = await root(agent);
		const { callId, born } = await begotten(run, agent);
		// Held: the run, its call, and what that has lent; the run that was started is within it.
		expect((await budgetOf(agent)).held.runs).toBe(1 + SLICE.runs);
		await born.ask(1, put("a", 1));
		await born.finish();
		await run.wait(callId);
		await run.finish();
		const [first, second] = [await run.run(), await born.run()];
		const { settled, held } = await budgetOf(agent);
		expect(held).toMatchObject({ runs: 0, calls: 0, usdMicros: 0 });
		expect(settled).toMatchObject({ runs: 2, calls: 2, usdMicros: first.usage.usdMicros + second.usage.usdMicros });
		expect(first.lent.usdMicros).toBe(second.usage.usdMicros);
	});
});
