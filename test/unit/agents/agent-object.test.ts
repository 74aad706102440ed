import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { verifyEntry } from "../../../worker/ledger/chain-call.ts";
import { listArchivedRuns, readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { type AgentUnderTest, call, doneEnd, FETCH_ARGS, goodEnd, heldOf, makeAgent, ring, stubOf } from "./agent-under-test.ts";

const FILES = { verb: "files", mounts: { "/workspace/output": "write" } };
const write = (agent: AgentUnderTest, runId: string, path = "/workspace/output/a.txt") =>
	call(agent, { runId, grant: "files", method: "writeText", args: [path, "text"] });
const WEB = { verb: "http.fetch", allow: [{ host: "example.com" }] };
const fetchIt = (agent: AgentUnderTest, runId: string) => call(agent, { runId, grant: "web", method: "fetch", args: FETCH_ARGS });
const admit = async (agent: AgentUnderTest, overrides = {}) => {
	const command = agent.command(overrides);
	return { runId: command.runId, answer: await agent.object.admit(agent.entry, command) };
};

describe("admit()", () => {
	it("gives a repeated run id its first run and admits it once", async () => {
		const agent = await makeAgent();
		const command = agent.command();
		const first = await agent.object.admit(agent.entry, command);
		const second = await agent.object.admit(agent.entry, command);
		expect([first.kind, second.kind]).toEqual(["execute", "exists"]);
		expect((await agent.object.budget(agent.entry))?.windows.day.held.runs).toBe(1);
	});

	it("holds the worst case, and settles to what was used when the run ends", async () => {
		const agent = await makeAgent({ grants: {}, limits: { cpuMs: 500, wallMs: 5_000 } });
		const { runId } = await admit(agent);
		const before = await agent.object.budget(agent.entry);
		expect(before?.windows.day.held).toMatchObject({ runs: 1, cpuMs: 500, wallMs: 5_000 });
		const ended = await agent.object.finish(goodEnd(runId));
		const after = await agent.object.budget(agent.entry);
		expect(await heldOf(agent)).toBe(0);
		expect(after?.windows.day.settled).toMatchObject({ runs: 1, cpuMs: 8, wallMs: 13 });
		expect(ended?.run.usage).toMatchObject({ cpuMs: 8, wallMs: 13, usdMicros: 1 });
	});

	it("lets exactly as many of a hundred concurrent runs in as the budget has", async () => {
		const agent = await makeAgent({ grants: {} }, { day: { runs: 10 } });
		const answers = await Promise.all(Array.from({ length: 100 }, () => admit(agent)));
		expect(answers.filter(({ answer }) => answer.kind === "execute")).toHaveLength(10);
		const refused = answers.find(({ answer }) => answer.kind === "refused")?.answer;
		expect(refused).toMatchObject({
			code: "budget_exceeded",
			details: { shortage: { window: "day", dimension: "runs", limit: 10, left: 0 } },
		});
	});

	it("leaves nothing behind when it refuses", async () => {
		const agent = await makeAgent({ grants: {} }, { day: { cpuMs: 10 } });
		const { runId, answer } = await admit(agent);
		expect(answer.kind).toBe("refused");
		expect(await agent.object.run(runId)).toBeNull();
		expect(await heldOf(agent)).toBe(0);
	});

	it("leaves a run that is longer than its caller waits to the queue, unclaimed", async () => {
		const agent = await makeAgent({ grants: {}, limits: { wallMs: 60_000 } });
		const { runId, answer } = await admit(agent);
		expect(answer.kind).toBe("queue");
		const [first, second] = await Promise.all([agent.object.claim(agent.entry, runId), agent.object.claim(agent.entry, runId)]);
		expect([first, second].filter((attempt) => attempt !== null)).toHaveLength(1);
	});

	it("refuses an agent that the tenant does not have", async () => {
		const other = await makeAgent();
		const stranger = env.AGENTS.get(env.AGENTS.idFromName("ten_x/nobody"));
		expect(await stranger.admit({ tenantId: "ten_x", agentId: "agt_x" }, other.command())).toMatchObject({
			kind: "refused",
			code: "not_found",
		});
	});
});

describe("beginCall()", () => {
	it("acts in the object in one step with its record, and chains the entry to the one before", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		expect((await write(agent, runId)).kind).toBe("done");
		expect((await write(agent, runId, "/workspace/output/b.txt")).kind).toBe("done");
		const calls = (await agent.object.calls(runId, 0, 10)) ?? [];
		expect(calls.map((call) => [call.seq, call.status, call.decision, call.entry])).toEqual([
			[1, "done", "allowed", 1],
			[2, "done", "allowed", 2],
		]);
		const [first, second] = calls;
		if (first === undefined || second === undefined) throw new Error("both calls are recorded");
		expect(verifyEntry(first, "")).toBe(true);
		expect(verifyEntry(second, first.hash ?? "")).toBe(true);
		expect(verifyEntry({ ...second, args: "[]" }, first.hash ?? "")).toBe(false);
	});

	it("refuses every call of an attempt that is over, and records nothing", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		await agent.object.finish(goodEnd(runId));
		expect(await write(agent, runId)).toMatchObject({ kind: "error", code: "run_ended" });
		expect(await agent.object.calls(runId, 0, 10)).toEqual([]);
		expect(await agent.object.findFile(runId, "/workspace/output/a.txt")).toBeNull();
	});

	it("records denied calls with their reason, and counts them", async () => {
		const agent = await makeAgent({ grants: { files: FILES }, limits: { calls: 2 } });
		const { runId } = await admit(agent);
		expect(await write(agent, runId, "/workspace/secret/a.txt")).toMatchObject({ kind: "error", code: "file_denied" });
		await write(agent, runId);
		expect(await write(agent, runId)).toMatchObject({ code: "calls_exceeded" });
		const calls = (await agent.object.calls(runId, 0, 10)) ?? [];
		expect(calls.map((call) => [call.status, call.decision])).toEqual([
			["denied", "denied"],
			["done", "allowed"],
		]);
	});

	it("denies a grant that the run was not given, though the agent has it", async () => {
		const agent = await makeAgent({ grants: { files: FILES, other: FILES } });
		const { runId } = await admit(agent, { grants: ["other"] });
		expect(await write(agent, runId)).toMatchObject({ kind: "error", code: "capability_not_granted" });
	});

	it("denies what today's policy does not allow any more, while the run goes on under its own", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		await agent.object.change(agent.entry, { policy: { grants: {} } });
		expect(await write(agent, runId)).toMatchObject({ kind: "error", code: "capability_not_granted" });
	});

	it("lets a call of a grant that wants an approval wait, and does nothing", async () => {
		const agent = await makeAgent({ grants: { files: { ...FILES, approval: "always" } } });
		const { runId } = await admit(agent);
		expect(await write(agent, runId)).toMatchObject({ kind: "wait" });
		expect((await agent.object.calls(runId, 0, 10))?.map(({ status }) => status)).toEqual(["waiting"]);
		expect(await agent.object.findFile(runId, "/workspace/output/a.txt")).toBeNull();
	});

	it.each([
		["approve", { kind: "wait" }],
		["deny", { kind: "error", code: "flow_denied" }],
	] as const)("lets nothing external follow by itself once private and untrusted data have met: %s", async (flow, outcome) => {
		const agent = await makeAgent({
			grants: { files: { ...FILES, labels: ["private"] }, web: WEB },
			flow: { "private+untrusted -> external": flow },
		});
		const { runId } = await admit(agent, { labels: ["untrusted"] });
		expect((await fetchIt(agent, runId)).kind).toBe("act");
		await write(agent, runId);
		expect(await fetchIt(agent, runId)).toMatchObject(outcome);
	});

	it("holds one call's worst cost and settles the real one, once however often the end is told", async () => {
		const agent = await makeAgent({ grants: { web: WEB } });
		const { runId } = await admit(agent);
		const begun = await fetchIt(agent, runId);
		if (begun.kind !== "act") throw new Error(`the call is to be allowed: ${JSON.stringify(begun)}`);
		expect((await agent.object.budget(agent.entry))?.windows.day.held.calls).toBe(1);
		const end = doneEnd(begun.callId, { egressBytes: 20 });
		await agent.object.endCall(end);
		await agent.object.endCall(end);
		const budget = await agent.object.budget(agent.entry);
		expect(budget?.windows.day).toMatchObject({ settled: { calls: 1, egressBytes: 20 }, held: { calls: 0, egressBytes: 0 } });
	});
});

describe("finish() and cancel()", () => {
	it("give a run one end, whichever comes first", async () => {
		const agent = await makeAgent();
		const { runId } = await admit(agent);
		expect((await agent.object.cancel(runId, "stop"))?.status).toBe("cancelled");
		const late = await agent.object.finish(goodEnd(runId));
		expect(late?.run).toMatchObject({ status: "cancelled", result: null, usage: { cpuMs: 8 } });
		expect(await heldOf(agent)).toBe(0);
		expect((await agent.object.cancel(runId, "again"))?.status).toBe("cancelled");
	});

	it("take an end only from the attempt that runs", async () => {
		const agent = await makeAgent();
		const { runId } = await admit(agent);
		expect((await agent.object.finish(goodEnd(runId, 2)))?.run.status).toBe("queued");
	});

	it("wake whoever waits for the end", async () => {
		const agent = await makeAgent();
		const { runId } = await admit(agent);
		const waiting = agent.object.waitEnd(runId, 5_000);
		await agent.object.finish(goodEnd(runId));
		expect((await waiting)?.status).toBe("succeeded");
	});
});

describe("change()", () => {
	it("makes a version only of a policy that is another one, and keeps old ones while a run needs them that is live or not recorded", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		const same = await agent.object.change(agent.entry, { policy: { grants: { files: { ...FILES } } } });
		expect(same).toMatchObject({ policyVersion: 1 });
		for (const calls of [1, 2, 3]) await agent.object.change(agent.entry, { policy: { grants: { files: FILES }, limits: { calls } } });
		expect((await write(agent, runId)).kind).toBe("done");
		const versions = () =>
			runInDurableObject(stubOf(agent), (_instance, state) =>
				state.storage.sql.exec("SELECT version FROM policies ORDER BY version").toArray(),
			);
		expect(await versions()).toEqual([{ version: 1 }, { version: 4 }]);
		await agent.object.finish(goodEnd(runId));
		// A change brings everything to the store first: from then on the run's recording is whole without its policy.
		await agent.object.change(agent.entry, { language: "javascript" });
		await agent.object.change(agent.entry, { policy: { grants: {} } });
		expect(await versions()).toEqual([{ version: 5 }]);
	});
});

describe("stop()", () => {
	it("ends what runs and takes nothing new until the agent is enabled", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		const stopped = await agent.object.stop(agent.entry, "disabled");
		expect(stopped).toMatchObject({ cancelledRuns: [runId], agent: { status: "disabled" } });
		expect(await write(agent, runId)).toMatchObject({ code: "run_ended" });
		expect((await admit(agent)).answer).toMatchObject({ kind: "refused", code: "agent_disabled" });
		await agent.object.enable(agent.entry);
		expect((await admit(agent)).answer.kind).toBe("execute");
	});
});

describe("the alarm", () => {
	/** Makes every lease and hold end now, and rings. */
	const ringLate = async (agent: AgentUnderTest): Promise<void> => {
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec("UPDATE runs SET lease_expires_at_ms = 1 WHERE lease_expires_at_ms IS NOT NULL");
			storage.sql.exec("UPDATE holds SET expires_at_ms = 1");
		});
		await ring(agent);
	};

	it("gives a started run that nobody holds back to the queue, from its journal", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		await write(agent, runId);
		await ringLate(agent);
		expect(await agent.object.run(runId)).toMatchObject({ status: "queued", attempt: 1, error: null });
		expect(await heldOf(agent)).toBe(0);
		expect(await agent.object.claim(agent.entry, runId)).toMatchObject({ attempt: 2 });
	});

	it("ends a started run that nobody holds and whose journal is not whole as interrupted, its open call as unknown, and releases every hold", async () => {
		const agent = await makeAgent({ grants: { web: WEB } });
		const { runId } = await admit(agent);
		await call(agent, { runId, grant: "web", method: "fetch", args: FETCH_ARGS, at: "1 0 !" });
		await ringLate(agent);
		expect(await agent.object.run(runId)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
		expect((await agent.object.calls(runId, 0, 10))?.map((call) => call.status)).toEqual(["unknown"]);
		expect(await heldOf(agent)).toBe(0);
	});

	it("gives a run that never started back to the queue, for one more attempt", async () => {
		const agent = await makeAgent();
		const { runId } = await admit(agent);
		await ringLate(agent);
		expect((await agent.object.run(runId))?.status).toBe("queued");
		expect(await agent.object.claim(agent.entry, runId)).toMatchObject({ attempt: 2 });
		expect((await agent.object.finish(goodEnd(runId, 1)))?.run.status).toBe("queued");
		expect((await agent.object.finish(goodEnd(runId, 2)))?.run.status).toBe("succeeded");
	});
});

describe("the outbox", () => {
	it("brings runs, calls and lines to D1 as they are, and keeps what D1 has not taken", async () => {
		const agent = await makeAgent({ grants: { files: FILES } });
		const { runId } = await admit(agent);
		await write(agent, runId);
		await agent.object.finish(goodEnd(runId));
		await agent.object.change(agent.entry, { language: "javascript" });
		const live = await agent.object.run(runId);
		expect(await readArchivedRun(env.DB, agent.entry.tenantId, runId)).toEqual(live);
		expect(await listArchivedRuns(env.DB, agent.entry.tenantId, { agentId: null, status: null, before: null, most: 10 })).toHaveLength(1);
		expect(await readArchivedRun(env.DB, "ten_other", runId)).toBeNull();
	});
});
