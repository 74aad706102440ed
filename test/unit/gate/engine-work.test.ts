import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { DatasetDescription } from "../../../contract/datasets.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { datasetKey } from "../../../worker/blobs/blob-keys.ts";
import { makeToken } from "../../../worker/gate/attempt-token.ts";
import { EngineCalls } from "../../../worker/gate/engine-calls.ts";
import { GateSocket } from "../../../worker/gate/gate-socket.ts";
import { makeImportToken } from "../../../worker/gate/import-token.ts";
import { EngineWork, GateAnswer } from "../../../worker/executor/protocol.ts";
import { findResource, insertResource } from "../../../worker/resources/resource-store.ts";
import { goodEnd, makeAgent } from "../agents/agent-under-test.ts";
import { testEnv } from "../http/ask.ts";

const env = { ...testEnv, GATE_KEY: btoa("0123456789abcdef0123456789abcdef") };
const TABLES = [{ name: "t", columns: [{ name: "n", type: "INTEGER" }], rows: 1 }];
const ROWS = JSON.stringify({ kind: "rows", columns: ["n"], rows: "[[1]]", rowCount: 1, changes: 1, steps: 1, bytes: 5 });
const WRITTEN = `${ROWS}\n${JSON.stringify(TABLES)}`;

const atGate = async (token: string, method: string, path: string, body?: string | Uint8Array): Promise<Response> => {
	const context = createExecutionContext();
	const length = typeof body === "string" ? new TextEncoder().encode(body).byteLength : body?.byteLength;
	const headers = { authorization: `Bearer ${token}`, ...(length === undefined ? {} : { "content-length": String(length) }) };
	const request = new Request(`http://gate${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
	const response = await new GateSocket(context, env).fetch(request);
	const copy = new Response(await response.arrayBuffer(), response.status === 204 ? { status: 200 } : response);
	await waitOnExecutionContext(context);
	return copy;
};

/** A run under way whose grant `db` may write to a dataset of an image that nobody looks into. */
const newRun = async () => {
	const agent = await makeAgent({ grants: { db: { verb: "sql.query", dataset: "d", mode: "write" } } });
	const { tenantId } = agent.entry;
	const key = datasetKey(tenantId, "res", "one");
	await env.BLOBS.put(key, "image");
	const description: DatasetDescription = { content: { key, bytes: 5, tables: TABLES }, previousKey: null };
	await insertResource(env, { tenantId, kind: "dataset", name: "d", description: JSON.stringify(description), nowMs: 1 });
	const attempt = async () => {
		const admitted = await agent.object.admit(agent.entry, agent.command());
		if (admitted.kind !== "execute") throw new Error(`the run was ${admitted.kind}`);
		const authority = { tenantId, agentId: agent.entry.agentId, runId: admitted.attempt.runId, attempt: 1 };
		return { token: makeToken(env, authority), runId: authority.runId };
	};
	const begin = async (token: string, method: "query" | "execute"): Promise<EngineWork> => {
		const call = JSON.stringify({ grant: "db", method, args: '["select n from t"]', at: "1 0 " });
		return EngineWork.parse(await (await atGate(token, "POST", "/call", call)).json());
	};
	const finish = async (token: string, callId: string, answer: string) =>
		GateAnswer.parse(await (await atGate(token, "POST", `/finish?call=${callId}`, answer)).json());
	const statusOf = async (runId: string, callId: string) =>
		(await agent.object.calls(runId, 0, 100))?.find(({ id }) => id === callId)?.status;
	const content = async () => {
		const row = await findResource(env, tenantId, "dataset", "d");
		return { version: row?.version, ...DatasetDescription.parse(JSON.parse(row?.description ?? "")).content };
	};
	return { agent, tenantId, attempt, begin, finish, statusOf, content, ...(await attempt()) };
};

describe("a call that an engine answers", () => {
	test("is left open with the dataset's image, and ends with the engine's rows", async () => {
		const { token, runId, begin, finish, statusOf } = await newRun();
		const work = await begin(token, "query");
		expect(work).toMatchObject({ image: { bytes: 5 }, writes: false });
		expect(await statusOf(runId, work.callId)).toBe("started");
		expect(await (await atGate(token, "GET", `/image?call=${work.callId}`)).text()).toBe("image");
		expect(await finish(token, work.callId, ROWS)).toEqual({ kind: "value", value: '[{"n":1}]', atMs: expect.any(Number) });
		expect(await statusOf(runId, work.callId)).toBe("done");
	});

	test("is ended once, by its own attempt alone", async () => {
		const { token, attempt, begin, finish, runId, statusOf } = await newRun();
		const stranger = await newRun();
		const sibling = await attempt();
		const work = await begin(token, "query");
		for (const other of [stranger.token, sibling.token]) {
			expect(await finish(other, work.callId, ROWS)).toMatchObject({ kind: "error", code: "run_ended" });
			expect((await atGate(other, "GET", `/image?call=${work.callId}`)).status).toBe(404);
		}
		for (const bad of ["", "x", `${token}x`]) {
			expect((await atGate(bad, "POST", `/finish?call=${work.callId}`, ROWS)).status).toBe(401);
			expect((await atGate(bad, "GET", `/image?call=${work.callId}`)).status).toBe(401);
		}
		expect(await finish(token, "cal_unknown", ROWS)).toMatchObject({ kind: "error", code: "run_ended" });
		const answers = await Promise.all([finish(token, work.callId, ROWS), finish(token, work.callId, ROWS)]);
		expect(answers.map(({ kind }) => kind).sort()).toEqual(["error", "value"]);
		expect(await statusOf(runId, work.callId)).toBe("done");
	});

	test("fails when what comes is malformed, and is not asked again", async () => {
		const { token, begin, finish, runId, statusOf } = await newRun();
		for (const forged of ["", "null", "{}", "[".repeat(50_000), ROWS.replace("[[1]]", "[[1,2]]"), "\u0000", `${ROWS}\n[{}]`]) {
			const { callId } = await begin(token, "query");
			expect(await finish(token, callId, forged), forged.slice(0, 30)).toMatchObject({ kind: "error", code: "internal" });
			expect(await statusOf(runId, callId)).toBe("failed");
			expect(await finish(token, callId, ROWS)).toMatchObject({ kind: "error", code: "run_ended" });
		}
	});

	test("fails when what comes is larger than an answer may be, before it is read", async () => {
		const { token, begin, runId, statusOf } = await newRun();
		const { callId } = await begin(token, "query");
		const huge = "x".repeat(LIMITS.sqlAnswerBytes.max * 2 + 2 * LIMITS.resourceBytes + 1);
		expect(await (await atGate(token, "POST", `/finish?call=${callId}`, huge)).json()).toMatchObject({ kind: "error", code: "internal" });
		expect(await statusOf(runId, callId)).toBe("failed");
	});

	test("gives its dataset out a few times and not more", async () => {
		const { token, begin } = await newRun();
		const { callId } = await begin(token, "query");
		for (let read = 0; read < LIMITS.engineImageReads; read += 1)
			expect((await atGate(token, "GET", `/image?call=${callId}`)).status).toBe(200);
		expect((await atGate(token, "GET", `/image?call=${callId}`)).status).toBe(429);
	});
});

describe("a write", () => {
	const saveAs = (token: string, callId: string, text: string) =>
		atGate(token, "PUT", `/image?call=${callId}`, new TextEncoder().encode(text));

	test("makes what was sent the next version, and tells which", async () => {
		const { token, begin, finish, content } = await newRun();
		const { callId } = await begin(token, "execute");
		expect((await saveAs(token, callId, "changed")).status).toBe(200);
		expect(await finish(token, callId, WRITTEN)).toEqual({ kind: "value", value: '{"changes":1,"version":2}', atMs: expect.any(Number) });
		const { key, ...rest } = await content();
		expect(rest).toEqual({ version: 2, bytes: 7, tables: TABLES });
		expect(await (await env.BLOBS.get(key ?? ""))?.text()).toBe("changed");
	});

	test("of two from one version leaves the first, and nothing of the second", async () => {
		const { token, tenantId, begin, finish, content } = await newRun();
		const [one, two] = [await begin(token, "execute"), await begin(token, "execute")];
		await saveAs(token, one.callId, "first");
		await saveAs(token, two.callId, "second");
		expect((await finish(token, one.callId, WRITTEN)).kind).toBe("value");
		expect(await finish(token, two.callId, WRITTEN)).toMatchObject({ kind: "error", code: "conflict" });
		expect(await (await env.BLOBS.get((await content()).key ?? ""))?.text()).toBe("first");
		const { objects } = await env.BLOBS.list({ prefix: `tenants/${tenantId}/` });
		expect(await Promise.all(objects.map(async ({ key }) => (await env.BLOBS.get(key))?.text()))).not.toContain("second");
	});

	test("without an image, with two, or of a call that only reads changes nothing", async () => {
		const { token, begin, finish, content } = await newRun();
		expect(await finish(token, (await begin(token, "execute")).callId, WRITTEN)).toMatchObject({ kind: "error", code: "conflict" });
		const reading = await begin(token, "query");
		expect((await saveAs(token, reading.callId, "forged")).status).toBe(409);
		expect((await finish(token, reading.callId, WRITTEN)).kind).toBe("value");
		const twice = await begin(token, "execute");
		expect((await saveAs(token, twice.callId, "one")).status).toBe(200);
		expect((await saveAs(token, twice.callId, "two")).status).toBe(409);
		const refusal = JSON.stringify({ kind: "refused", code: "sql_denied", message: "no" });
		expect(await finish(token, twice.callId, refusal)).toMatchObject({ kind: "error", code: "sql_denied" });
		expect(await content()).toMatchObject({ version: 1, bytes: 5 });
	});

	test("once its grant is switched off changes nothing, and the program is told", async () => {
		const { agent, begin, finish, content, token } = await newRun();
		const { callId } = await begin(token, "execute");
		await saveAs(token, callId, "switched");
		const switched = await agent.object.switchGrant(agent.entry, "db", false);
		expect(switched).toMatchObject({ callsInFlight: [callId] });
		expect(await finish(token, callId, WRITTEN)).toMatchObject({ kind: "error", code: "run_ended" });
		expect((await content()).version).toBe(1);
	});

	test("after the run's end changes nothing", async () => {
		const { token, agent, runId, begin, finish, content } = await newRun();
		const { callId } = await begin(token, "execute");
		await saveAs(token, callId, "late");
		await agent.object.finish(goodEnd(runId));
		expect(await finish(token, callId, WRITTEN)).toMatchObject({ kind: "error", code: "run_ended" });
		expect((await content()).version).toBe(1);
		expect(
			(await atGate(token, "POST", "/call", JSON.stringify({ grant: "db", method: "query", args: '["x"]', at: "1 0 " }))).headers.get(
				"content-type",
			),
		).toContain("application/json");
	});
});

describe("calls that wait", () => {
	const authority = { tenantId: "a", agentId: "b", runId: "c", attempt: 1 };
	const begun = { authority, dataset: { name: "d", resourceId: "r", version: 1, key: "k", bytes: 1 }, writes: false, call: "call" };

	test("too long are given up, and are found no more", () => {
		const calls = new EngineCalls<string>();
		calls.begin("one", begun, 0);
		expect(calls.find("one", authority, LIMITS.engineCallMs - 1)).not.toBeNull();
		expect(calls.take("one", authority, LIMITS.engineCallMs)).toBeNull();
		expect(calls.begin("two", begun, LIMITS.engineCallMs)).toEqual([expect.objectContaining({ call: "call" })]);
	});

	test("are bounded: past the bound the oldest is given up", () => {
		const calls = new EngineCalls<string>();
		for (let index = 0; index < LIMITS.engineCalls; index += 1) expect(calls.begin(`${index}`, begun, 0)).toEqual([]);
		expect(calls.begin("more", begun, 0)).toHaveLength(1);
		expect([calls.find("0", authority, 1), calls.find("more", authority, 1)?.call]).toEqual([null, "call"]);
	});
});

describe("an import's token", () => {
	const authority = {
		tenantId: "t",
		sourceKey: "tenants/t/s",
		baseKey: null,
		targetKey: "tenants/t/target",
		expiresAtMs: Date.now() + 60_000,
	};

	test("opens its source and one place once, and no call", async () => {
		const targetKey = `tenants/t/${crypto.randomUUID()}`;
		const token = makeImportToken(env, { ...authority, targetKey });
		await env.BLOBS.put(authority.sourceKey, "data");
		expect(await (await atGate(token, "GET", "/import/source")).text()).toBe("data");
		expect((await atGate(token, "GET", "/import/base")).status).toBe(404);
		expect((await atGate(token, "PUT", "/import/image", new TextEncoder().encode("one"))).status).toBe(200);
		expect((await atGate(token, "PUT", "/import/image", new TextEncoder().encode("two"))).status).toBe(409);
		expect(await (await env.BLOBS.get(targetKey))?.text()).toBe("one");
		expect((await atGate(token, "POST", "/call", "{}")).status).toBe(401);
		expect((await atGate(token, "DELETE", "/import/image")).status).toBe(404);
	});

	test("is nothing once its time is over, nor is an attempt's token for an import", async () => {
		expect((await atGate(makeImportToken(env, { ...authority, expiresAtMs: Date.now() - 1 }), "GET", "/import/source")).status).toBe(401);
		const attempt = makeToken(env, { tenantId: "t", agentId: "a", runId: "r", attempt: 1 });
		expect((await atGate(attempt, "GET", "/import/source")).status).toBe(401);
	});
});
