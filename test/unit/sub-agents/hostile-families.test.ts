import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { childRunId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { AgentPort, Env } from "../../../worker/env.ts";
import type { GateReply } from "../../../worker/gate/perform-call.ts";
import { performCall } from "../../../worker/gate/perform-call.ts";
import { childNotStarted } from "../../../worker/agents/object/child-ended.ts";
import { finishRun } from "../../../worker/agents/object/finish-run.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { takeUp } from "../../../worker/agents/object/take-up.ts";
import { type AgentUnderTest, goodEnd, makeAgent, ring, seenBy } from "../agents/agent-under-test.ts";
import { expectChain, note, type RunUnderTest } from "../agents/run-under-test.ts";
import { begotten, budgetOf, give, makePair, RUN, root, runsOf, SLICE, starting, until } from "./family.ts";

const NOTE = { verb: "state", approval: "always" } as const;

/** Approves a call that waits, and those like it to come. */
const approveAlike = async ({ agent, runId }: RunUnderTest, callId: string): Promise<void> => {
	const call = ((await agent.object.calls(runId, 0, 100)) ?? []).find(({ id }) => id === callId);
	const approval = await agent.object.approval(call?.approval ?? "");
	if (approval === null) throw new Error("the call has an approval");
	const scoped = { approvalId: approval.id, decision: "approve", digest: approval.digest, reason: null, answer: null, scope: {} } as const;
	expect(await agent.object.decideApproval(agent.entry, { ...scoped, by: "key_1" })).toMatchObject({ kind: "decided" });
};

describe("what a person has let an agent's runs do without being asked", () => {
	it("does not let those do it that another agent has started, which would be asked itself", async () => {
		const { parent, child } = await makePair({ note: NOTE }, { note: NOTE });
		const own = await root(child);
		await approveAlike(own, await own.waits(1, note("a")));
		expect((await (await root(child)).begin(1, note("a"))).kind).toBe("answer");
		const { born } = await begotten(await root(parent), child);
		expect((await born.begin(1, note("a"))).kind).toBe("wait");
	});

	it("where it was said of runs that the other agent has started, is for those alone", async () => {
		const { parent, child } = await makePair({ note: NOTE }, { note: NOTE });
		const { born } = await begotten(await root(parent), child);
		await approveAlike(born, await born.waits(1, note("a")));
		const { born: next } = await begotten(await root(parent), child);
		expect((await next.begin(1, note("a"))).kind).toBe("answer");
		expect((await (await root(child)).begin(1, note("a"))).kind).toBe("wait");
	});

	it("is for those too that the agent starts of itself", async () => {
		const { parent } = await makePair({ note: NOTE });
		await give(parent, { policy: { grants: { note: NOTE, work: runsOf("self") } } });
		const run = await root(parent);
		await approveAlike(run, await run.waits(1, note("a")));
		const { born } = await begotten(run, parent, 2);
		expect((await born.begin(1, note("a"))).kind).toBe("answer");
	});
});

/** The Worker's surroundings where an agent's object answers no request for a run so many times, and something else happens instead. */
const failing = ({ entry }: AgentUnderTest, times: number, meanwhile: () => Promise<unknown> = async () => {}): Env => {
	let left = times;
	const admit: AgentPort["admit"] = async (...asked) => {
		left -= 1;
		await meanwhile();
		if (left >= 0) throw new Error("Admitting a run: the object is away");
		return env.AGENTS.get(own).admit(...asked);
	};
	const own = env.AGENTS.idFromName(`${entry.tenantId}/${entry.agentId.slice(-16)}`);
	const get = (id: DurableObjectId): AgentPort => {
		const object = env.AGENTS.get(id);
		if (!id.equals(own)) return object;
		return new Proxy(object, { get: (target, name) => (name === "admit" ? admit : Reflect.get(target, name)) });
	};
	return { ...starting, AGENTS: { idFromName: (name) => env.AGENTS.idFromName(name), get } };
};

/** Does what the gate does for a call of a run's present attempt, from beginning to end. */
const perform = ({ agent, runId, attempt }: RunUnderTest, surroundings: Env, [grant, method, ...args]: typeof RUN): Promise<GateReply> => {
	const { tenantId, agentId } = agent.entry;
	const call = { grant, method, args: JSON.stringify(args), at: "1 0 " };
	return performCall(surroundings, { tenantId, agentId, runId, attempt }, call);
};

const held = async (agent: AgentUnderTest) => (await budgetOf(agent)).held;

describe("a run that another agent's object does not take", () => {
	it("at first, is started all the same", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const answered = perform(run, failing(child, 1), RUN);
		await until(async () => (await run.statuses())[0] === "waiting");
		const [call] = await run.calls();
		const born = await child.object.run(childRunId(call?.id ?? "", child.entry.agentId));
		expect(born?.status).toBe("queued");
		await parent.object.cancel(run.runId, "enough");
		await answered;
	});

	it("at all, is given up: the program is told, nothing stays set aside for it, and the run goes on", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const before = await held(parent);
		const reply = await perform(run, failing(child, 2), RUN);
		expect(reply).toMatchObject({ kind: "answer", text: expect.stringContaining('"code":"cancelled"') });
		expect(await run.statuses()).toEqual(["failed"]);
		expect(await held(parent)).toEqual(before);
		// An attempt that comes later gets the same.
		await run.lose();
		await run.claim();
		expect(seenBy(await run.begin(1, RUN))).toMatchObject({ code: "cancelled" });
	});

	it("because its call's grant was switched off meanwhile, is the end of the call and not of the run", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const switched = () => parent.object.switchGrant(parent.entry, "work", false);
		const reply = await perform(run, failing(child, 0, switched), RUN);
		expect(reply).toMatchObject({ kind: "answer", text: expect.stringContaining('"code":"cancelled"') });
		expect((await run.run()).endedAtMs).toBeNull();
		expect((await budgetOf(parent)).settled).toMatchObject({ runs: 0, usdMicros: 0 });
		expect(SLICE.usdMicros).toBeGreaterThan(0);
	});
});

it("a call is made again whose gate died before the run was admitted, when the time of its hold is over", async () => {
	const { parent, child } = await makePair();
	const run = await root(parent);
	const callId = await run.act(1, RUN);
	const childAgentId = child.entry.agentId;
	await parent.object.openChild({ callId, agent: childAgentId, childAgentId, childRunId: childRunId(callId, childAgentId), atOnce: null });
	await run.lose();
	await run.claim();
	expect((await run.begin(1, RUN)).kind).toBe("wait");
	await run.inside((state) => state.step(() => takeUpHolds(state, LIMITS.upstreamMs.max + 5 * 60_000)));
	expect(await run.look(callId)).toMatchObject({ kind: "act", callId });
});

/** Lets the time of holds be over, and no lease. */
const takeUpHolds = (state: ObjectState, ms: number): void => {
	state.sql.exec("UPDATE runs SET lease_expires_at_ms = ?", Date.now() + 2 * ms);
	state.runs.forget();
	takeUp(state, Date.now() + ms);
};

describe("a run that ends while one is being started for it which is then refused", () => {
	it("tells its own parent all the same, and its call has one end", async () => {
		const { parent, child } = await makePair({}, {}, { work: { budget: { ...SLICE, runs: 2 } } });
		const last = await makeAgent({ grants: {} }, {}, child.entry.tenantId);
		await give(last, { program: "export default () => 1" });
		await last.object.stop(last.entry, "disabled");
		const work = runsOf(last.entry.agentId, { budget: { ...SLICE, runs: 1, calls: 1, cpuMs: 100, wallMs: 100, usdMicros: 100 } });
		await give(child, { policy: { grants: { work } } });
		await give(parent, { policy: { grants: { work: runsOf(child.entry.agentId), last: work } } });
		const run = await root(parent);
		const { callId, born } = await begotten(run, child);
		const end = { ...goodEnd(born.runId, born.attempt), ending: "ended" as const };
		// The step without what follows it.
		const ends = () => born.inside((state) => state.step(() => finishRun(state, end, Date.now())));
		await perform(born, failing(last, 0, ends), RUN);
		await ring(child);
		await until(async () => (await run.statuses())[0] === "done");
		expect(seenBy(await run.wait(callId))).toMatchObject({ value: { usage: { runs: 1, calls: 1 } } });
		expect(await held(child)).toMatchObject({ runs: 0, calls: 0, usdMicros: 0 });
		expectChain(await born.calls());
	});

	it("ends it where somebody else had it admitted meanwhile", async () => {
		const { parent, child } = await makePair();
		const run = await root(parent);
		const callId = await run.act(1, RUN);
		const childAgentId = child.entry.agentId;
		const command = { callId, agent: childAgentId, childAgentId, childRunId: childRunId(callId, childAgentId), atOnce: null };
		await parent.object.openChild(command);
		// Who performs the call once more, since the first was taken for dead, has the run admitted, and the first is refused it.
		const again = await parent.object.openChild(command);
		if (again.kind !== "open") throw new Error("it is opened again");
		const admitted = child.command({ runId: command.childRunId, parent: again.parent, lender: again.lender });
		expect(await child.object.admit(child.entry, admitted)).toMatchObject({ kind: "execute" });
		await parent.object.dropChild(callId);
		await parent.object.cancel(run.runId, "enough");
		await until(async () => (await child.object.run(command.childRunId))?.status === "cancelled");
	});

	it("has one end of the call in its chain, however often it is heard that nothing was started", async () => {
		const { parent, child } = await makePair({ note: { verb: "state" } });
		const run = await root(parent);
		const begun = await run.act(1, RUN);
		const childAgentId = child.entry.agentId;
		const opened = { agent: childAgentId, childAgentId, childRunId: childRunId(begun, childAgentId), atOnce: null };
		await parent.object.openChild({ callId: begun, ...opened });
		await run.inside((state) => {
			for (let times = 0; times < 2; times += 1) state.step(() => childNotStarted(state, begun, Date.now()));
		});
		await run.begin(2, note("a"));
		expectChain(await run.calls());
	});
});
