import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { AgentObject } from "../../../worker/agents/agent-object.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { journalKey } from "../../../worker/blobs/blob-keys.ts";
import { runContents } from "../../../worker/blobs/run-contents.ts";
import { archivedBlob, readArchivedRun } from "../../../worker/ledger/read-archive.ts";
import { runFileBody } from "../../../worker/runs/run-file-body.ts";
import { type AgentUnderTest, call as callOn, goodEnd, makeAgent, stubOf } from "./agent-under-test.ts";

const FILES = { grants: { files: { verb: "files", mounts: { "/workspace": "write" } } } };
const OUT = "/workspace/output";

/** A store that loses its connection at one of its operations, before the operation or after it. */
const storeThatBreaks = (at: number, when: "before" | "after"): { store: R2Bucket; broke: () => boolean } => {
	let operations = 0;
	const store = new Proxy(env.BLOBS, {
		get: (bucket, name) => {
			const method = Reflect.get(bucket, name);
			return async (...args: unknown[]) => {
				operations += 1;
				const breaks = operations === at;
				if (breaks && when === "before") throw new Error("the store is away");
				const answer: unknown = await Reflect.apply(method, bucket, args);
				if (breaks) throw new Error("the connection broke");
				return answer;
			};
		},
	});
	return { store, broke: () => operations >= at };
};

/** Runs something with an object of the agent that has this store; the agent's own instance is not used. */
const withObject = <Answer>(agent: AgentUnderTest, store: R2Bucket, work: (object: AgentObject, state: ObjectState) => Promise<Answer>) =>
	runInDurableObject(stubOf(agent), async (_instance, context) => {
		const answer = await work(new AgentObject(context, { ...env, BLOBS: store }), new ObjectState(context.storage, env.TENANTS));
		await context.storage.deleteAlarm();
		return answer;
	});

/** A run that has ended with a text file, a file made of a handle, a loose handle, an input and something in /workspace/tmp. */
const endRun = async (agent: AgentUnderTest, object: AgentObject): Promise<string> => {
	const command = agent.command({ files: [{ path: "/workspace/input/a", bytes: new Uint8Array([1]) }] });
	await object.admit(agent.entry, command);
	const { runId } = command;
	const call = async (method: string, ...args: unknown[]) => {
		const answer = await callOn({ ...agent, object }, { runId, grant: "files", method, args });
		if (answer.kind !== "done") throw new Error(JSON.stringify(answer));
	};
	await call("writeText", `${OUT}/a.txt`, "text");
	await call("writeText", `${OUT}/empty`, "");
	await call("writeText", "/workspace/tmp/t", "passing");
	const contents = runContents(env, object, { tenantId: agent.entry.tenantId, runId, attempt: 1 });
	for (const path of [`${OUT}/large`, "/workspace/tmp/large", null]) {
		const stored = await contents.store(new Uint8Array([7, 8, 9]), { type: "text/csv", mostBytes: 10 });
		if (stored.kind !== "stored") throw new Error(stored.message);
		if (path !== null) await call("write", path, { handle: stored.handle.handle });
	}
	const ended = await object.finish(goodEnd(runId));
	expect(ended?.run.files.map(({ path }) => path)).toEqual([`${OUT}/a.txt`, `${OUT}/empty`, `${OUT}/large`]);
	return runId;
};

const bytesOf = async (agent: AgentUnderTest, runId: string, path: string): Promise<string | null> => {
	const body = await runFileBody(env, agent.entry, runId, path);
	return body === null ? null : new Response(body).text();
};
/** What the store has of a run, but for its recording. */
const keysOf = async (agent: AgentUnderTest, runId: string): Promise<string[]> =>
	(await env.BLOBS.list({ prefix: `tenants/${agent.entry.tenantId}/runs/${runId}/` })).objects
		.map(({ key }) => key)
		.filter((key) => key !== journalKey(agent.entry.tenantId, runId));

/** What there is once everything is where it stays. */
const expectStored = async (agent: AgentUnderTest, runId: string): Promise<void> => {
	const keys = await keysOf(agent, runId);
	expect(keys.map((key) => key.includes("/files/")).sort()).toEqual([false, true, true]);
	for (const [path, text] of [
		[`${OUT}/a.txt`, "text"],
		[`${OUT}/empty`, ""],
		[`${OUT}/large`, "\u0007\b\t"],
		["/workspace/tmp/t", null],
		["/workspace/tmp/large", null],
		["/workspace/input/a", null],
	] as const) {
		expect(await bytesOf(agent, runId, path), path).toBe(text);
	}
	const { tenantId } = agent.entry;
	for (const path of [`${OUT}/a.txt`, `${OUT}/empty`, `${OUT}/large`])
		expect(keys).toContain(await archivedBlob(env.DB, tenantId, runId, path));
	expect((await readArchivedRun(env.DB, tenantId, runId))?.files).toHaveLength(3);
};

const rowsLeft = (state: ObjectState): unknown[] =>
	["file_chunks", "handles", "outbox"].map((table) => state.sql.exec(`SELECT count(*) AS count FROM ${table}`).one()["count"]);

describe("what an ended run has left", () => {
	it("goes to the store, and what nobody keeps goes out of it", async () => {
		const agent = await makeAgent(FILES);
		const runId = await withObject(agent, env.BLOBS, async (object, state) => {
			const ended = await endRun(agent, object);
			expect(await keysOf(agent, ended)).toHaveLength(3);
			await object.alarm();
			expect(rowsLeft(state)).toEqual([0, 0, 0]);
			return ended;
		});
		await expectStored(agent, runId);
	});

	it.each([
		[1, "before"],
		[1, "after"],
		[2, "before"],
		[2, "after"],
		[3, "before"],
		[3, "after"],
	] as const)("is brought there all the same when the store breaks at operation %i, %s it", async (at, when) => {
		const agent = await makeAgent(FILES);
		const { store, broke } = storeThatBreaks(at, when);
		const runId = await withObject(agent, store, async (object, state) => {
			const ended = await endRun(agent, object);
			await object.alarm();
			expect(broke()).toBe(true);
			expect(state.outbox.contents()).toEqual([ended]);
			expect(await bytesOf(agent, ended, `${OUT}/a.txt`)).toBe("text");
			return ended;
		});
		await withObject(agent, env.BLOBS, async (object, state) => {
			await object.alarm();
			expect(rowsLeft(state)).toEqual([0, 0, 0]);
		});
		await expectStored(agent, runId);
	});

	it("is served from the archive when the object has forgotten the run", async () => {
		const agent = await makeAgent(FILES);
		const runId = await withObject(agent, env.BLOBS, async (object) => {
			const ended = await endRun(agent, object);
			await object.alarm();
			return ended;
		});
		await runInDurableObject(stubOf(agent), async (_instance, { storage }) => {
			storage.sql.exec("UPDATE runs SET ended_at_ms = 1");
			await storage.setAlarm(Date.now() + 60_000);
		});
		await runDurableObjectAlarm(stubOf(agent));
		expect(await agent.object.run(runId)).toBeNull();
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			expect(storage.sql.exec("SELECT count(*) AS count FROM files").one()["count"]).toBe(0);
		});
		await expectStored(agent, runId);
	});

	it("is not forgotten while the store does not have it, however long ago the run ended", async () => {
		const agent = await makeAgent(FILES);
		const refuses = new Proxy(env.BLOBS, { get: () => () => Promise.reject(new Error("the store is away")) });
		await withObject(agent, refuses, async (object, state) => {
			const runId = await withStore(agent, object);
			await object.alarm();
			state.sql.exec("UPDATE runs SET ended_at_ms = 1");
			await object.alarm();
			expect((await object.run(runId))?.files).toHaveLength(1);
			expect((await object.findFile(runId, `${OUT}/a`))?.kind).toBe("bytes");
		});
	});

	it("of a run that is cancelled while it is executed goes when its executor has told the end", async () => {
		const agent = await makeAgent(FILES);
		await withObject(agent, env.BLOBS, async (object, state) => {
			const command = agent.command();
			await object.admit(agent.entry, command);
			const contents = runContents(env, object, { tenantId: agent.entry.tenantId, runId: command.runId, attempt: 1 });
			await contents.store(new Uint8Array([1]), { type: "a/b", mostBytes: LIMITS.contentBytes });
			await object.cancel(command.runId, "stop");
			expect(await contents.store(new Uint8Array([1]), { type: "a/b", mostBytes: 10 })).toMatchObject({ kind: "too_large" });
			expect(state.outbox.contents()).toEqual([]);
			await object.finish(goodEnd(command.runId));
			await object.alarm();
			expect(await keysOf(agent, command.runId)).toEqual([]);
			expect(rowsLeft(state)).toEqual([0, 0, 0]);
		});
	});

	it("includes content whose writer died before it could tell that it was written", async () => {
		const agent = await makeAgent(FILES);
		await withObject(agent, env.BLOBS, async (object, state) => {
			const command = agent.command();
			await object.admit(agent.entry, command);
			const key = `tenants/${agent.entry.tenantId}/runs/${command.runId}/handles/hdl_x`;
			const { runId } = command;
			await object.takeHandle({ runId, attempt: 1, handle: "hdl_x", type: "a/b", key, arrival: { kind: "begins" } });
			await env.BLOBS.put(key, "orphan");
			await object.finish(goodEnd(runId));
			await object.alarm();
			expect(await keysOf(agent, runId)).toEqual([]);
			expect(rowsLeft(state)).toEqual([0, 0, 0]);
		});
	});
});

/** A run that has ended with one small file. */
const withStore = async (agent: AgentUnderTest, object: AgentObject): Promise<string> => {
	const command = agent.command();
	await object.admit(agent.entry, command);
	await callOn({ ...agent, object }, { runId: command.runId, grant: "files", method: "writeText", args: [`${OUT}/a`, "x"] });
	await object.finish(goodEnd(command.runId));
	return command.runId;
};
