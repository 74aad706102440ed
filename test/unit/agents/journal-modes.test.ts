import { describe, expect, it } from "vitest";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import { doneEnd, heldOf } from "./agent-under-test.ts";
import { admitTo, type Asked, GET, GRANTS, get, note, POST, POST_ARGS, put, type RunUnderTest, SEND, startRun } from "./run-under-test.ts";

/** What a run that has ended can be repeated from. */
const originOf = async (run: RunUnderTest): Promise<NonNullable<AdmitCommand["origin"]>> => {
	const recording = await run.agent.object.recording(run.runId);
	if (recording === null) throw new Error("the run has ended and is recorded");
	const { seed, clockMs, choices, shapes, calls, limits } = recording;
	const { grants, policyVersion } = recording.run;
	const terms = { grants, limits, policyVersion };
	return { source: run.runId, seed, clockMs, choices, labels: [], shapes, terms, calls };
};
/** A run that has ended, with a write, a read and an effect outside. */
const endedRun = async (): Promise<RunUnderTest> => {
	const run = await startRun();
	await run.ask(1, put("k", 1), "1 0 ");
	await run.ask(2, get("k"), "2 0 1,t");
	await run.agent.object.endCall(doneEnd(await run.act(3, POST), { egressBytes: 5 }, "sent"));
	await run.finish({ choices: "2 3" });
	return run;
};
const rowsOf = (run: RunUnderTest, ...tables: string[]): Promise<number[]> => Promise.all(tables.map((table) => run.count(table)));

describe("a replay", () => {
	it("answers from the journal, does nothing, leaves nothing in outbox, ledger and chain, and is forgotten with every row", async () => {
		const recorded = await endedRun();
		const origin = await originOf(recorded);
		const { agent } = recorded;
		const tables = ["outbox", "state", "runs", "calls", "work", "files", "live_logs", "holds", "approvals"];
		await agent.object.change(agent.entry, { language: "javascript" });
		const before = await rowsOf(recorded, ...tables);
		const chain = await recorded.inside((state) => state.facts.chain());
		const settled = (await agent.object.budget(agent.entry))?.windows.day.settled;
		const replay = await admitTo(agent, { mode: "replay", origin });
		expect(await replay.ask(1, put("k", 1))).toMatchObject({ kind: "done" });
		expect(await replay.ask(2, get("k"))).toEqual({ kind: "done", value: 1 });
		expect(await replay.ask(3, POST)).toEqual({ kind: "done", value: "sent" });
		const { run } = await replay.finish();
		expect(run).toMatchObject({ status: "succeeded", usage: { calls: 0, egressBytes: 0 } });
		expect(await recorded.inside((state) => [...state.outbox.next(), ...state.outbox.recordings(), ...state.outbox.contents()])).toEqual(
			[],
		);
		expect(await recorded.inside((state) => state.facts.chain())).toEqual(chain);
		await agent.object.forgetReplay(replay.runId);
		expect(await agent.object.run(replay.runId)).toBeNull();
		expect(await rowsOf(recorded, ...tables)).toEqual(before);
		expect((await agent.object.budget(agent.entry))?.windows.day.settled).toMatchObject({
			...settled,
			cpuMs: (settled?.cpuMs ?? 0) + 8,
			usdMicros: expect.any(Number),
		});
		expect(await heldOf(agent)).toBe(0);
	});

	it("has the seed, the clock and the choices of the recorded run", async () => {
		const recorded = await endedRun();
		const origin = await originOf(recorded);
		const command = recorded.agent.command({ mode: "replay", origin });
		const admitted = await recorded.agent.object.admit(recorded.agent.entry, command);
		if (admitted.kind !== "execute") throw new Error(admitted.kind);
		const { seed, clockMs, timeline } = admitted.attempt;
		expect({ seed, clockMs, timeline }).toEqual({ seed: origin.seed, clockMs: origin.clockMs, timeline: "1,t,3" });
		expect(seed).toMatch(/^[0-9a-f]{64}$/);
	});

	it("gives a call that is not recorded no answer, and performs nothing", async () => {
		const recorded = await endedRun();
		const replay = await admitTo(recorded.agent, { mode: "replay", origin: await originOf(recorded) });
		expect((await replay.begin(1, put("other", 2))).kind).toBe("never");
		expect((await replay.begin(2, SEND)).kind).toBe("never");
		expect(await recorded.count("state")).toBe(1);
		expect(await recorded.count("approvals")).toBe(0);
		await recorded.agent.object.forgetReplay(replay.runId);
		expect(await heldOf(recorded.agent)).toBe(0);
	});
});

describe("a fork", () => {
	it("gets the recorded answers up to where it leaves the recorded run, and goes on live", async () => {
		const recorded = await endedRun();
		const origin = await originOf(recorded);
		const fork = await admitTo(recorded.agent, { origin: { ...origin, calls: origin.calls.slice(0, 2) } });
		expect(await fork.ask(1, put("k", 1))).toMatchObject({ kind: "done" });
		expect(await fork.ask(2, get("k"))).toEqual({ kind: "done", value: 1 });
		await fork.agent.object.endCall(doneEnd(await fork.act(3, POST), { egressBytes: 2 }));
		expect((await fork.finish()).run).toMatchObject({ status: "succeeded", source: recorded.runId, usage: { calls: 1, egressBytes: 2 } });
		expect(await fork.statuses()).toEqual(["done", "done", "done"]);
	});
});

/** A dry run of two effects. */
const dryRun = async (): Promise<RunUnderTest> => {
	const run = await startRun({ mode: "dry" });
	expect((await run.ask(1, put("k", 1))).kind).toBe("done");
	expect((await run.begin(2, SEND)).kind).toBe("answer");
	return run;
};

describe("a dry run", () => {
	it("plans writes and what a person would be asked about, does what only reads, and does nothing else", async () => {
		const run = await dryRun();
		expect((await run.ask(3, note("n"))).kind).toBe("done");
		expect((await run.begin(4, GET)).kind).toBe("act");
		expect(await run.count("state")).toBe(0);
		expect(await run.count("approvals")).toBe(0);
		expect(await run.statuses()).toEqual(["planned", "planned", "planned", "started"]);
		await run.agent.object.cancel(run.runId, "stop");
		await run.finish();
		await run.expectSettled();
	});

	it("ends with its plan, in order, with what would be asked", async () => {
		const run = await dryRun();
		const { run: ended } = await run.finish();
		expect(ended.plan?.effects.map(({ grant, method, approval }) => [grant, method, approval === null])).toEqual([
			["memory", "put", true],
			["send", "fetch", false],
		]);
		expect(ended.plan?.digest).toMatch(/^sha256:[0-9a-f]{64}/);
		await run.expectSettled();
	});
});

describe("a run of an approved plan", () => {
	/** A run that may do what a dry run has planned. */
	const planned = async (): Promise<RunUnderTest> => {
		const dry = await dryRun();
		const plan = (await dry.finish()).run.plan;
		const recording = await dry.agent.object.recording(dry.runId);
		if (plan === null || recording === null) throw new Error("a dry run has a plan");
		const { policyVersion } = recording.run;
		return admitTo(dry.agent, { plan: { digest: plan.digest, policyVersion, kinds: recording.planKinds, stamps: {} } });
	};

	it("does exactly the plan, and asks nobody", async () => {
		const run = await planned();
		expect((await run.ask(1, put("k", 1))).kind).toBe("done");
		const callId = await run.act(2, SEND);
		await run.agent.object.endCall(doneEnd(callId));
		expect((await run.finish()).run.status).toBe("succeeded");
		expect((await run.calls()).map(({ rule }) => rule?.startsWith("plan sha256:"))).toEqual([true, true]);
		expect(await run.count("approvals")).toBe(0);
	});

	it.each([
		["another effect", put("other", 1)],
		["one of its effects twice", put("k", 1)],
		["one that a person would be asked about", note("k")],
	] as const)("is stopped at %s", async (_name, asked) => {
		const run = await planned();
		await run.ask(1, put("k", 1));
		expect(await run.begin(2, asked)).toMatchObject({ kind: "answer", text: expect.stringContaining('"run_ended"') });
		expect((await run.finish()).run).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
		expect(await run.count("state")).toBe(1);
		expect(await heldOf(run.agent)).toBe(0);
	});

	it("makes a plain fetch as often as the plan has it, through whichever grant it is asked for", async () => {
		const web = { verb: "http.fetch", allow: [{ host: "example.com", methods: ["POST"] }] };
		const plain = (grant: string): Asked => [grant, "fetchAny", ...POST_ARGS];
		const dry = await startRun({ mode: "dry" }, { grants: { web, other: web, third: web, memory: { verb: "state" } } });
		expect((await dry.begin(1, plain("web"))).kind).toBe("answer");
		const digest = (await dry.finish()).run.plan?.digest ?? "";
		const recording = await dry.agent.object.recording(dry.runId);
		const plan = { digest, policyVersion: 1, kinds: recording?.planKinds ?? [], stamps: {} };
		const run = await admitTo(dry.agent, { plan });
		expect(await run.ask(1, plain("memory"))).toMatchObject({ kind: "error", code: "invalid_arguments" });
		await run.agent.object.endCall(doneEnd(await run.act(2, plain("other"))));
		for (const grant of ["third", "web"])
			expect(await run.begin(3, plain(grant))).toMatchObject({ kind: "answer", text: expect.stringContaining('"run_ended"') });
		expect((await run.finish()).run).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
	});

	it.each(["approve", "deny"] as const)("does nothing that a flow rule forbids which was tightened since, to %s", async (flow) => {
		const labels = ["private", "untrusted"] as const;
		const dry = await startRun({ mode: "dry", labels: [...labels] });
		await dry.begin(1, SEND);
		const digest = (await dry.finish()).run.plan?.digest ?? "";
		const recording = await dry.agent.object.recording(dry.runId);
		const plan = { digest, policyVersion: 1, kinds: recording?.planKinds ?? [], stamps: {} };
		const run = await admitTo(dry.agent, { labels: [...labels], plan });
		await dry.agent.object.change(dry.agent.entry, { policy: { grants: GRANTS, flow: { "private+untrusted -> external": flow } } });
		expect(await run.ask(1, SEND)).toMatchObject({ kind: "error", code: "flow_denied" });
	});

	it("that ends with some of it not done has failed", async () => {
		const run = await planned();
		await run.ask(1, put("k", 1));
		const { run: ended } = await run.finish();
		expect(ended).toMatchObject({ status: "failed", result: null, error: { code: "replay_diverged" } });
		expect(ended.error?.message).toContain("1 of the plan's effects");
	});
});
