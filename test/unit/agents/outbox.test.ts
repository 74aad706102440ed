import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { AgentObject } from "../../../worker/agents/agent-object.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { sendBatch } from "../../../worker/agents/object/outbox.ts";
import { listArchivedCalls, listArchivedRuns, readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { writeArchive } from "../../../worker/ledger/write-archive.ts";
import { type AgentUnderTest, call, goodEnd, makeAgent, stubOf } from "./agent-under-test.ts";

const FILES = { grants: { files: { verb: "files", mounts: { "/workspace/output": "write" } } } };
const ALL = { agentId: null, status: null, before: null, most: 100 };
type Statements = D1PreparedStatement[];

/** D1 as it is, but for what `around` does with each batch. */
const databaseWith = (around: (send: () => ReturnType<D1Database["batch"]>) => ReturnType<D1Database["batch"]>): D1Database => {
	const handler: ProxyHandler<D1Database> = {
		get: (database, name) =>
			name === "batch" ? (statements: Statements) => around(() => database.batch(statements)) : Reflect.get(database, name).bind(database),
	};
	return new Proxy(env.DB, handler);
};

/** Runs something with an object of the agent that has this database; the agent's own instance is not used, so nothing else sends. */
const withObject = <Answer>(
	agent: AgentUnderTest,
	database: D1Database,
	work: (object: AgentObject, state: ObjectState) => Promise<Answer>,
): Promise<Answer> =>
	runInDurableObject(stubOf(agent), async (_instance, context) => {
		const state = new ObjectState(context.storage, env.TENANTS);
		const answer = await work(new AgentObject(context, { ...env, DB: database }), state);
		await context.storage.deleteAlarm();
		return answer;
	});

/** A run of three calls, ended. */
const makeRun = async (agent: AgentUnderTest, object: AgentObject): Promise<string> => {
	const command = agent.command();
	await object.admit(agent.entry, command);
	for (const path of ["a", "b", "c"]) {
		const args = [`/workspace/output/${path}.txt`, "text"];
		await call({ ...agent, object }, { runId: command.runId, grant: "files", method: "writeText", args });
	}
	await object.finish(goodEnd(command.runId));
	return command.runId;
};

const archivedCalls = async (agent: AgentUnderTest, runId: string): Promise<(number | null)[]> =>
	(await listArchivedCalls(env.DB, agent.entry.tenantId, runId, 0, 100)).map((call) => call.entry);

describe("the outbox", () => {
	it("keeps everything while D1 refuses, and delivers it once, in order, when D1 is back", async () => {
		const agent = await makeAgent(FILES);
		let refusals = 3;
		const database = databaseWith(async (send) => {
			if (refusals > 0) {
				refusals -= 1;
				throw new Error("D1_ERROR: it is away");
			}
			return send();
		});
		await withObject(agent, database, async (object, state) => {
			const runIds = [await makeRun(agent, object), await makeRun(agent, object)];
			const marks = () => state.sql.exec("SELECT count(*) AS count FROM outbox WHERE kind <> 'telling'").one()["count"];
			const before = marks();
			while (refusals > 0) {
				await object.alarm();
				expect(marks()).toBe(before);
				expect(await listArchivedRuns(env.DB, agent.entry.tenantId, ALL)).toEqual([]);
			}
			await object.alarm();
			expect(marks()).toBe(0);
			expect((await listArchivedRuns(env.DB, agent.entry.tenantId, ALL)).map((run) => run.id)).toEqual([...runIds].sort().reverse());
			for (const runId of runIds) expect(await readArchivedRun(env.DB, agent.entry.tenantId, runId)).toEqual(await object.run(runId));
			expect((await Promise.all(runIds.map((runId) => archivedCalls(agent, runId)))).flat()).toEqual([1, 2, 3, 4, 5, 6]);
		});
	});

	it("rings its alarm again after a refusal", async () => {
		const agent = await makeAgent(FILES);
		const database = databaseWith(() => Promise.reject(new Error("D1_ERROR: it is away")));
		await runInDurableObject(stubOf(agent), async (_instance, context) => {
			const instance = new AgentObject(context, { ...env, DB: database });
			await makeRun(agent, instance);
			await context.storage.deleteAlarm();
			await instance.alarm();
			const dueMs = (await context.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
			expect(dueMs - Date.now()).toBeLessThanOrEqual(2_000);
			await context.storage.deleteAlarm();
		});
	});

	it("leaves one row of each when D1 took a batch and its answer was lost", async () => {
		const agent = await makeAgent(FILES);
		let lost = 2;
		const database = databaseWith(async (send) => {
			const answer = await send();
			lost -= 1;
			if (lost >= 0) throw new Error("D1_ERROR: the connection broke");
			return answer;
		});
		await withObject(agent, database, async (object) => {
			const runId = await makeRun(agent, object);
			for (let tries = 0; tries < 3; tries += 1) await object.alarm();
			expect(await readArchivedRun(env.DB, agent.entry.tenantId, runId)).toEqual(await object.run(runId));
			expect(await archivedCalls(agent, runId)).toEqual([1, 2, 3]);
		});
	});

	it("keeps the mark of what changed while its copy was on the way", async () => {
		const agent = await makeAgent(FILES);
		await withObject(agent, env.DB, async (object, state) => {
			const command = agent.command();
			await object.admit(agent.entry, command);
			let ended = false;
			const database = databaseWith(async (send) => {
				if (!ended) await object.finish(goodEnd(command.runId));
				ended = true;
				return send();
			});
			// Two states of one object would not see each other's memory; this one reads what the object wrote.
			const again = await sendBatch(state, database);
			expect(again).toBe(true);
			state.runs.forget();
			while (await sendBatch(state, database)) expect(state.outbox.isEmpty()).toBe(false);
			expect((await readArchivedRun(env.DB, agent.entry.tenantId, command.runId))?.status).toBe("succeeded");
		});
	});

	it("writes nothing older over what D1 has", async () => {
		const agent = await makeAgent(FILES);
		await withObject(agent, env.DB, async (object) => {
			const runId = await makeRun(agent, object);
			const run = await object.run(runId);
			const { tenantId, agentId } = agent.entry;
			if (run === null) throw new Error("the run is there");
			const files = run.files.map((file) => ({ ...file, blob: null }));
			await writeArchive(env.DB, {
				tenantId,
				agentId,
				agent: null,
				runs: [{ run, files, ownUsdMicros: 0, revision: 9 }],
				calls: [],
				approvals: [],
			});
			const older = { ...run, status: "queued" as const, endedAtMs: null };
			await writeArchive(env.DB, {
				tenantId,
				agentId,
				agent: null,
				runs: [{ run: older, files: [], ownUsdMicros: 0, revision: 8 }],
				calls: [],
				approvals: [],
			});
			expect(await readArchivedRun(env.DB, tenantId, runId)).toEqual(run);
		});
	});
});
