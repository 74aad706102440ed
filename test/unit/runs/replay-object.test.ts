import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { Recording } from "../../../worker/agents/recording.ts";
import { journalKey } from "../../../worker/blobs/blob-keys.ts";
import { readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { readRun } from "../../../worker/runs/read-run.ts";
import { findRecording } from "../../../worker/runs/replay/find-recording.ts";
import {
	type AgentUnderTest,
	call,
	callOf,
	doneEnd,
	FETCH_ARGS,
	goodEnd,
	heldOf,
	makeAgent,
	ring,
	stubOf,
} from "../agents/agent-under-test.ts";

const POLICY = {
	grants: { web: { verb: "http.fetch", allow: [{ host: "example.com", methods: ["GET", "POST"] }] }, notes: { verb: "state" } },
};
const to = (path: string, method = "GET") => [{ url: `https://example.com/${path}`, method, headers: [], body: null, redirect: "follow" }];

/** A run that has ended after two calls, and its recording. */
const makeRecording = async (agent: AgentUnderTest): Promise<Recording> => {
	const { runId, ...command } = agent.command();
	await agent.object.admit(agent.entry, { runId, ...command });
	for (const [place, path] of [
		[1, "one"],
		[2, "two"],
	] as const) {
		const begun = await call(agent, { runId, grant: "web", method: "fetch", args: to(path), place });
		if (begun.kind === "act") await agent.object.endCall(doneEnd(begun.callId, {}, path));
	}
	await agent.object.finish({ ...goodEnd(runId), places: 2 });
	const recording = await agent.object.recording(runId);
	if (recording === null) throw new Error("the run is recorded");
	return recording;
};

const replayOf = (agent: AgentUnderTest, { run, seed, clockMs, choices, shapes, calls, limits }: Recording): AdmitCommand => {
	const terms = { grants: run.grants, limits, policyVersion: run.policyVersion };
	return agent.command({ mode: "replay", origin: { source: run.id, seed, clockMs, choices, labels: [], shapes, terms, calls } });
};
const forkOf = (agent: AgentUnderTest, { run, seed, clockMs, calls }: Recording, from: number): AdmitCommand =>
	agent.command({
		mode: "live",
		origin: { source: run.id, seed, clockMs, choices: "", labels: [], shapes: null, terms: null, calls: calls.slice(0, from) },
	});

describe("a replay in its agent's object", () => {
	it("answers every recorded call, and none that is not recorded, whatever the program says of their places", async () => {
		const agent = await makeAgent(POLICY);
		const recording = await makeRecording(agent);
		for (const at of ["0 0 ", "-1 5 2,2", "999999999999 0 !", "", "nonsense", "1 0 t*9999999"]) {
			const command = replayOf(agent, recording);
			expect((await agent.object.admit(agent.entry, command)).kind).toBe("execute");
			const ask = (path: string) =>
				call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to(path, path === "pay" ? "POST" : "GET"), at });
			expect(await ask("two")).toMatchObject({ kind: "done", value: "two" });
			expect((await ask("pay")).kind).toBe("never");
			expect((await ask("two")).kind).toBe("never");
			expect(await ask("one")).toMatchObject({ kind: "done", value: "one" });
			await agent.object.finish({ ...goodEnd(command.runId), places: 4 });
			const trace = await agent.object.forgetReplay(command.runId);
			expect(trace?.asked.map(({ seq }) => seq).sort()).toEqual([1, 2]);
			expect(trace?.unknown.map(({ args }) => args?.includes("pay"))).toEqual([true, false]);
		}
	});

	it("goes to no archive, holds and charges nothing but CPU, and is gone when it is forgotten", async () => {
		const agent = await makeAgent(POLICY, { day: { runs: 1 } });
		const recording = await makeRecording(agent);
		const command = replayOf(agent, recording);
		expect((await agent.object.admit(agent.entry, command)).kind).toBe("execute");
		await agent.object.renew(command.runId, 1, Date.now());
		await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to("one") });
		await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to("else"), place: 2 });
		await ring(agent);
		await agent.object.finish(goodEnd(command.runId));
		await ring(agent);
		expect(await readArchivedRun(env.DB, agent.entry.tenantId, command.runId)).toBeNull();
		expect((await agent.object.budget(agent.entry))?.windows.day.settled).toMatchObject({ runs: 1, wallMs: 13, cpuMs: 16 });
		await agent.object.forgetReplay(command.runId);
		expect(await agent.object.run(command.runId)).toBeNull();
		expect(await agent.object.forgetReplay(recording.run.id)).toBeNull();
		expect(await heldOf(agent)).toBe(0);
	});

	it("is forgotten by the alarm with what it holds when who asked for it is gone", async () => {
		const agent = await makeAgent(POLICY);
		const command = replayOf(agent, await makeRecording(agent));
		await agent.object.admit(agent.entry, command);
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec("UPDATE runs SET lease_expires_at_ms = 1 WHERE id = ?", command.runId);
		});
		await ring(agent);
		expect([await agent.object.run(command.runId), await heldOf(agent)]).toEqual([null, 0]);
		expect(await agent.object.finish(goodEnd(command.runId))).toBeNull();
	});

	it("counts as a live run, and ends when its agent is disabled", async () => {
		const agent = await makeAgent(POLICY);
		const command = replayOf(agent, await makeRecording(agent));
		await agent.object.admit(agent.entry, command);
		await agent.object.stop(agent.entry, "disabled");
		expect(await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to("one") })).toMatchObject({
			code: "run_ended",
		});
		expect(await agent.object.run(command.runId)).toMatchObject({ status: "cancelled" });
		expect(await agent.object.admit(agent.entry, agent.command())).toMatchObject({ kind: "refused", code: "agent_disabled" });
	});
});

describe("a fork in its agent's object", () => {
	it("lets a call wait that has overtaken recorded ones, and ends the run when they do not come", async () => {
		const agent = await makeAgent(POLICY);
		const command = forkOf(agent, await makeRecording(agent), 2);
		await agent.object.admit(agent.entry, command);
		const { runId } = command;
		const third = callOf(agent, { runId, grant: "web", method: "fetch", args: to("three"), place: 3 });
		expect(await agent.object.beginCall({ ...third, isEarly: true })).toEqual({ kind: "early" });
		for (const [place, path] of [
			[2, "two"],
			[1, "one"],
		] as const)
			expect(await call(agent, { runId, grant: "web", method: "fetch", args: to(path), place })).toMatchObject({
				kind: "done",
				value: path,
			});
		expect((await agent.object.beginCall({ ...third, isEarly: true })).kind).toBe("act");
		const other = forkOf(agent, await makeRecording(agent), 2);
		await agent.object.admit(agent.entry, other);
		const late = callOf(agent, { runId: other.runId, grant: "web", method: "fetch", args: to("three"), place: 3 });
		expect(await agent.object.beginCall({ ...late, isEarly: false })).toMatchObject({ kind: "answer" });
		expect(await agent.object.run(other.runId)).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
	});

	it("asks anew for what it repeats when it is executed again", async () => {
		const agent = await makeAgent(POLICY);
		const command = forkOf(agent, await makeRecording(agent), 1);
		await agent.object.admit(agent.entry, command);
		await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to("one") });
		await agent.object.finish({ ...goodEnd(command.runId), ending: "lost" });
		expect((await agent.object.claim(agent.entry, command.runId))?.attempt).toBe(2);
		const again = await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: to("one"), attempt: 2 });
		expect(again).toMatchObject({ kind: "done", value: "one" });
		expect(
			(await agent.object.calls(command.runId, 0, 9))?.map(({ seq, rule, entry }) => [
				seq,
				rule?.startsWith("recorded in run_"),
				typeof entry,
			]),
		).toEqual([[1, true, "number"]]);
	});
});

describe("a plan in its agent's object", () => {
	/** A dry run that has ended, with one effect planned. */
	const makePlan = async (agent: AgentUnderTest): Promise<NonNullable<AdmitCommand["plan"]>> => {
		const dry = agent.command({ mode: "dry" });
		await agent.object.admit(agent.entry, dry);
		await call(agent, { runId: dry.runId, grant: "notes", method: "put", args: ["a", 1] });
		const ended = await agent.object.finish(goodEnd(dry.runId));
		const digest = ended?.run.plan?.digest ?? "";
		expect(await agent.object.findPlan(digest)).toEqual({ runId: dry.runId, executedBy: null });
		return { digest, policyVersion: 1, kinds: (await agent.object.recording(dry.runId))?.planKinds ?? [], stamps: {} };
	};

	it("goes to the first of any number of runs, which does its effects once", async () => {
		const agent = await makeAgent(POLICY);
		const plan = await makePlan(agent);
		const [first, ...others] = Array.from({ length: 5 }, () => agent.command({ plan }));
		const runId = first?.runId ?? "";
		const answers = await Promise.all([first ?? agent.command(), ...others].map((command) => agent.object.admit(agent.entry, command)));
		expect(answers.map((answer) => (answer.kind === "refused" ? [answer.code, answer.message.includes(runId)] : answer.kind))).toEqual([
			"execute",
			...others.map(() => ["conflict", true]),
		]);
		expect((await call(agent, { runId, grant: "notes", method: "put", args: ["a", 1] })).kind).toBe("done");
		expect(await call(agent, { runId, grant: "notes", method: "put", args: ["a", 1], place: 2 })).toMatchObject({ code: "run_ended" });
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", error: { code: "replay_diverged" } });
	});

	it("stays for another run when one is refused, and holds nothing then", async () => {
		const agent = await makeAgent(POLICY, { day: { runs: 1 } });
		const plan = await makePlan(agent);
		expect(await agent.object.admit(agent.entry, agent.command({ plan }))).toMatchObject({ kind: "refused", code: "budget_exceeded" });
		await agent.object.change(agent.entry, { budget: { limits: {} } });
		const other = agent.command({ plan: { ...plan, policyVersion: 2 } });
		expect(await agent.object.admit(agent.entry, other)).toMatchObject({ kind: "refused", code: "conflict" });
		expect([(await agent.object.findPlan(plan.digest))?.executedBy, await heldOf(agent)]).toEqual([null, 0]);
		expect((await agent.object.admit(agent.entry, agent.command({ plan }))).kind).toBe("execute");
	});
});

describe("what is kept of ended runs", () => {
	/** Everything of the agent's ended runs has gone to the archive and the store, and they are forgotten here. */
	const forgetAll = async (agent: AgentUnderTest): Promise<void> => {
		await ring(agent);
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec("UPDATE runs SET ended_at_ms = 1");
		});
		await ring(agent);
	};

	it("is the recording in the store, to the byte, and a dry run's plan with it", async () => {
		const agent = await makeAgent(POLICY);
		const recording = await makeRecording(agent);
		const dry = agent.command({ mode: "dry" });
		await agent.object.admit(agent.entry, dry);
		await call(agent, { runId: dry.runId, grant: "notes", method: "put", args: ["a", 1] });
		const plan = (await agent.object.finish(goodEnd(dry.runId)))?.run.plan;
		await forgetAll(agent);
		expect([await agent.object.run(dry.runId), await agent.object.recording(recording.run.id)]).toEqual([null, null]);
		expect(await findRecording(env, agent.entry, recording.run.id, "Testing")).toEqual(recording);
		expect((await readRun(env, agent.entry.tenantId, dry.runId))?.plan).toEqual(plan);
		expect(plan?.effects).toHaveLength(1);
	});

	it("is nothing of a replay that nobody forgot", async () => {
		const agent = await makeAgent(POLICY);
		const command = replayOf(agent, await makeRecording(agent));
		await agent.object.admit(agent.entry, command);
		await agent.object.finish(goodEnd(command.runId));
		expect(await agent.object.run(command.runId)).not.toBeNull();
		await forgetAll(agent);
		expect(await agent.object.run(command.runId)).toBeNull();
	});

	it.each(["", "{", "null", '{"version":2}', "[".repeat(100_000)])(
		"is refused in words when the store has %.20s in its place",
		async (text) => {
			const agent = await makeAgent(POLICY);
			const { run } = await makeRecording(agent);
			await forgetAll(agent);
			await env.BLOBS.put(journalKey(agent.entry.tenantId, run.id), text);
			await expect(findRecording(env, agent.entry, run.id, "Testing")).rejects.toMatchObject({ code: "conflict" });
			await expect(findRecording(env, agent.entry, agent.newRunId(), "Testing")).rejects.toMatchObject({ code: "not_found" });
		},
	);

	it("is no journal to repeat when an answer was not kept", async () => {
		const agent = await makeAgent(POLICY);
		const { runId, ...command } = agent.command();
		await agent.object.admit(agent.entry, { runId, ...command });
		await call(agent, { runId, grant: "web", method: "fetch", args: FETCH_ARGS, at: "1 0 !" });
		await agent.object.finish(goodEnd(runId));
		await expect(findRecording(env, agent.entry, runId, "Testing")).rejects.toMatchObject({
			code: "conflict",
			message: expect.stringContaining("not whole"),
		});
	});
});

describe("choices", () => {
	it("of an execution that left the recorded way take the place of those it did not make", async () => {
		const agent = await makeAgent(POLICY);
		const { runId, ...command } = agent.command();
		await agent.object.admit(agent.entry, { runId, ...command });
		const choices = async (at: string, path: string) => {
			await call(agent, { runId, grant: "web", method: "fetch", args: path === "" ? FETCH_ARGS : to(path), at });
			return await runInDurableObject(
				stubOf(agent),
				(_instance, { storage }) => storage.sql.exec("SELECT choices FROM timelines").one()["choices"],
			);
		};
		expect(await choices("1 0 1,2,t*3", "a")).toBe("1,2,t*3");
		expect(await choices("2 0 1,2", "b")).toBe("1,2,t*3");
		expect(await choices("3 2 t*4,3", "c")).toBe("1,2,t*4,3");
		expect(await choices("4 2 1,1", "d")).toBe("1,2,1*2");
	});
});
