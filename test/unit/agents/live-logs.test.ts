import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import type { RunLog } from "../../../contract/runs.ts";
import { type AgentUnderTest, goodEnd, makeAgent } from "./agent-under-test.ts";

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;
const within = async ({ object }: AgentUnderTest, work: (storage: DurableObjectStorage) => void | Promise<void>): Promise<void> => {
	if (!isStub(object)) throw new Error("the agent's object is a stub");
	await runInDurableObject(object, (_instance, { storage }) => work(storage));
};

const lineOf = (seq: number, text = `line ${seq}`): RunLog => ({ seq, atMs: seq, level: "log", text });
const makeRun = async (): Promise<{ agent: AgentUnderTest; runId: string; texts: () => Promise<string[]> }> => {
	const agent = await makeAgent();
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const texts = async (): Promise<string[]> => ((await agent.object.run(command.runId))?.logs ?? []).map((line) => line.text);
	return { agent, runId: command.runId, texts };
};

describe("console lines of a live run", () => {
	it("are its lines until it ends, and then those of its record", async () => {
		const { agent, runId, texts } = await makeRun();
		await agent.object.appendLogs(runId, 1, [lineOf(1), lineOf(2)]);
		await agent.object.appendLogs(runId, 1, [lineOf(3)]);
		expect(await texts()).toEqual(["line 1", "line 2", "line 3"]);
		await agent.object.finish(goodEnd(runId));
		expect(await texts()).toEqual(goodEnd(runId).logs.map((line) => line.text));
		await within(agent, ({ sql }) => expect(sql.exec("SELECT * FROM live_logs").toArray()).toEqual([]));
	});

	it("are kept once by their number: a program that is executed again prints them again", async () => {
		const { agent, runId, texts } = await makeRun();
		await agent.object.appendLogs(runId, 1, [lineOf(1), lineOf(2)]);
		await agent.object.appendLogs(runId, 1, [lineOf(1, "again"), lineOf(2, "again"), lineOf(3)]);
		expect(await texts()).toEqual(["line 1", "line 2", "line 3"]);
	});

	it("are not taken of another attempt, of a run that has ended, nor past the most that a run has", async () => {
		const { agent, runId, texts } = await makeRun();
		await agent.object.appendLogs(runId, 2, [lineOf(1)]);
		await agent.object.appendLogs(runId, 1, [lineOf(0), lineOf(LIMITS.logLines, "last"), lineOf(LIMITS.logLines + 1)]);
		expect(await texts()).toEqual(["last"]);
		await agent.object.finish({ ...goodEnd(runId), logs: [] });
		await agent.object.appendLogs(runId, 1, [lineOf(1)]);
		expect(await texts()).toEqual(["last"]);
	});

	it("are the record of a run whose executors died too often, with nobody left to tell", async () => {
		const { agent, runId, texts } = await makeRun();
		await agent.object.appendLogs(runId, 1, [lineOf(1)]);
		await agent.object.renew(runId, 1, Date.now());
		for (let crash = 0; crash <= LIMITS.crashesPerRun; crash += 1) {
			const { attempt = 0 } = (await agent.object.run(runId)) ?? {};
			const { logs: _logs, ...end } = goodEnd(runId, attempt);
			await agent.object.finish({ ...end, ending: "lost", status: "failed", logs: [lineOf(1), lineOf(2 + crash)] });
			await agent.object.claim(agent.entry, runId);
		}
		const run = await agent.object.run(runId);
		expect([run?.status, await texts()]).toEqual(["failed", Array.from({ length: 2 + LIMITS.crashesPerRun }, (_, at) => `line ${at + 1}`)]);
	});

	it("are the record of a run that the alarm ends", async () => {
		const { agent, runId, texts } = await makeRun();
		await agent.object.appendLogs(runId, 1, [lineOf(1)]);
		await agent.object.renew(runId, 1, Date.now());
		await within(agent, async (storage) => {
			await storage.setAlarm(Date.now() + 60_000);
			storage.sql.exec("UPDATE runs SET lease_expires_at_ms = 1, state = json_set(state, '$.crashes', ?)", LIMITS.crashesPerRun);
		});
		if (isStub(agent.object)) await runDurableObjectAlarm(agent.object);
		expect([(await agent.object.run(runId))?.error?.code, await texts()]).toEqual(["interrupted", ["line 1"]]);
	});
});
