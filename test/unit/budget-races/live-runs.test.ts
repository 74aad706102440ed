import { describe, expect, it } from "vitest";
import { makeAgent } from "../agents/agent-under-test.ts";
import { admitTo, GRANTS, POST, type RunUnderTest, SEND } from "../agents/run-under-test.ts";
import { admit, budgetOf, end, makeRacers } from "./racing.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);
const POLICY = { grants: GRANTS, flow: { "private+untrusted -> external": "allow" } } as const;

/** Lets a run ask a person and gives its isolate up. @returns the call that waits */
const park = async (run: RunUnderTest): Promise<string> => {
	const callId = await run.waits(1, SEND);
	await run.park(callId);
	return callId;
};

describe("runs of an agent that are live at once", () => {
	it("are as many as its budget says, of a hundred that come at once, and each that ends makes room for one", {
		timeout: 60_000,
	}, async () => {
		const agent = await makeAgent({ grants: {} }, { liveRuns: 5 });
		const commands = upTo(100).map(() => agent.command());
		const answers = await Promise.all(commands.map((command) => agent.object.admit(agent.entry, command)));
		const admitted = commands.filter((_command, index) => answers[index]?.kind === "execute");
		expect(admitted).toHaveLength(5);
		for (const answer of answers.filter(({ kind }) => kind !== "execute")) {
			expect(answer).toMatchObject({
				code: "concurrency_exceeded",
				message: "Starting a run: 5 runs of the agent are live, where there may be 5 at once",
				details: { retryAfterSeconds: 1, shortage: { level: "agent", window: "now", dimension: "liveRuns", limit: 5, left: 0, wanted: 1 } },
			});
		}
		expect((await budgetOf(agent)).liveRuns).toEqual({ limit: 5, live: 5, left: 0 });
		await end(agent, admitted[0]?.runId ?? "");
		expect((await budgetOf(agent)).liveRuns).toEqual({ limit: 5, live: 4, left: 1 });
		await admit(agent);
		expect((await agent.object.admit(agent.entry, agent.command())).kind).toBe("refused");
		expect((await budgetOf(agent)).windows.day).toMatchObject({ settled: { runs: 1 }, held: { runs: 5 } });
	});

	it("are the platform's where the budget does not say, and none where it says 0", async () => {
		expect((await budgetOf(await makeAgent())).liveRuns).toEqual({ limit: 256, live: 0, left: 256 });
		const none = await makeAgent({ grants: {} }, { liveRuns: 0 });
		expect(await none.object.admit(none.entry, none.command())).toMatchObject({ kind: "refused", code: "concurrency_exceeded" });
	});

	it("are not those that wait for a person without an isolate; one that is woken waits until there is room", {
		timeout: 30_000,
	}, async () => {
		const agent = await makeAgent(POLICY, { liveRuns: 1 });
		const asking = await admitTo(agent);
		const callId = await park(asking);
		expect((await budgetOf(agent)).liveRuns).toEqual({ limit: 1, live: 0, left: 1 });
		const other = await admit(agent);
		await asking.decide(callId, "approve");
		expect((await asking.run()).status).toBe("queued");
		expect((await budgetOf(agent)).liveRuns.live).toBe(1);
		expect((await agent.object.admit(agent.entry, agent.command())).kind).toBe("refused");
		await end(agent, other);
		// It stands in line no longer: its place is taken again.
		expect((await budgetOf(agent)).liveRuns).toEqual({ limit: 1, live: 1, left: 0 });
		await asking.claim();
		await asking.begin(1, SEND);
		await asking.finish();
		expect((await budgetOf(agent)).liveRuns.live).toBe(0);
	});
});

describe("runs of a tenant that are live at once", () => {
	it("are as many as its budget says, whichever agents have them, and a place that is free goes to whoever wants it", {
		timeout: 60_000,
	}, async () => {
		const { agents, tenant } = await makeRacers(4, { liveRuns: 10 });
		const asked = agents.flatMap((agent) => upTo(10).map(() => ({ agent, command: agent.command() })));
		const answers = await Promise.all(asked.map(({ agent, command }) => agent.object.admit(agent.entry, command)));
		const admitted = asked.filter((_each, index) => answers[index]?.kind === "execute");
		expect(admitted).toHaveLength(10);
		for (const answer of answers.filter(({ kind }) => kind !== "execute"))
			expect(answer).toMatchObject({
				code: "concurrency_exceeded",
				details: { retryAfterSeconds: 1, shortage: { level: "tenant", window: "now", dimension: "liveRuns", limit: 10, left: 0 } },
			});
		expect((await tenant.read()).liveRuns).toEqual({ limit: 10, leased: 10, left: 0 });
		for (const { agent, command } of admitted) await end(agent, command.runId);
		const [last] = agents;
		if (last === undefined) throw new Error("there is an agent");
		// A slice is not asked back in its first second, and a refusal holds for one.
		const again = upTo(10).map(() =>
			expect
				.poll(async () => (await last.object.admit(last.entry, last.command())).kind, { timeout: 20_000, interval: 500 })
				.toBe("execute"),
		);
		await Promise.all(again);
		expect((await tenant.read()).liveRuns.leased).toBe(10);
	});

	it("are not those that wait for a person: such a run gives its place back, and takes one again when it goes on", {
		timeout: 60_000,
	}, async () => {
		const { agents, tenant } = await makeRacers(1, { liveRuns: 1 }, {}, POLICY);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const asking = await admitTo(agent);
		const callId = await park(asking);
		const other = await admit(agent);
		expect((await tenant.read()).liveRuns).toEqual({ limit: 1, leased: 1, left: 0 });
		await asking.decide(callId, "approve");
		// The tenant has no place for it: nobody gets it to execute, and it is not lost.
		expect(await agent.object.claim(agent.entry, asking.runId)).toBeNull();
		expect((await asking.run()).status).toBe("queued");
		await end(agent, other);
		await expect
			.poll(async () => (await agent.object.claim(agent.entry, asking.runId)) !== null, { timeout: 40_000, interval: 500 })
			.toBe(true);
		expect((await tenant.read()).liveRuns.leased).toBe(1);
	});

	it("are not those that wait, since a machine died, for a person to say what became of a call", { timeout: 60_000 }, async () => {
		const { agents } = await makeRacers(1, { liveRuns: 1 }, {}, POLICY);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is an agent");
		const dying = await admitTo(agent);
		const callId = await dying.act(1, POST);
		await dying.inside((state) => state.performing.clear());
		expect((await dying.lose()).run).toMatchObject({ status: "waiting_approval", unresolvedCalls: [callId] });
		const other = await admit(agent);
		await dying.resolve(callId, { outcome: "failed", message: null });
		expect(await agent.object.claim(agent.entry, dying.runId)).toBeNull();
		await end(agent, other);
		await expect
			.poll(async () => (await agent.object.claim(agent.entry, dying.runId)) !== null, { timeout: 40_000, interval: 500 })
			.toBe(true);
	});
});
