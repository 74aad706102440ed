import { describe, expect, test } from "vitest";
import { ImportedDataset } from "../../../contract/datasets.ts";
import { performCall } from "../../../worker/gate/perform-call.ts";
import { carryOutHere } from "../../../worker/gate/carry-out-here.ts";
import { insertAgent, agentObject } from "../../../worker/agents/agent-registry.ts";
import { newRoutedId, locatorOf } from "../../../contract/ids.ts";
import { ask, errorOf, newTenant, testEnv } from "../http/ask.ts";

const env = { ...testEnv, EXECUTOR: "loader", GATE_KEY: btoa("0123456789abcdef0123456789abcdef") };

/** A tenant with a dataset `d`, filled by the Worker itself. */
const filled = async () => {
	const { id: tenantId, key } = await newTenant();
	const put = (raw: string, query = "", type = "text/csv") =>
		ask("PUT", `/v1/datasets/d/data${query}`, { key: key.value, env, raw, headers: { "content-type": type } });
	await ask("POST", "/v1/datasets", { key: key.value, env, body: { name: "d" } });
	const answer = await put("a,b\n1,x\n2,y\n", "?table=t");
	expect(answer.status, answer.text).toBe(200);
	return { tenantId, put, dataset: ImportedDataset.parse(answer.json) };
};

describe("datasets where the Worker itself makes the isolates", () => {
	test("are filled, added to, and refuse what is no data", async () => {
		const { put, dataset } = await filled();
		expect(dataset).toMatchObject({
			version: 2,
			tables: [
				{
					name: "t",
					rows: 2,
					columns: [
						{ name: "a", type: "INTEGER" },
						{ name: "b", type: "TEXT" },
					],
				},
			],
		});
		expect((await put('{"c":1}\n', "?table=u&append=true", "application/jsonl")).json).toMatchObject({
			version: 3,
			tables: [
				{ name: "t", rows: 2 },
				{ name: "u", rows: 1 },
			],
		});
		expect(errorOf(await put("x", "", "application/vnd.sqlite3")).code).toBe("invalid_request");
	});

	test("are queried and written, each call through the gate's two steps", async () => {
		const { tenantId } = await filled();
		const policy = { grants: { db: { verb: "sql.query", dataset: "d", mode: "write" } } };
		const entry = await insertAgent(
			env,
			tenantId,
			{ name: "w", policy, program: null, language: "typescript", budget: { limits: {} } },
			Date.now(),
		);
		const runId = newRoutedId("run", locatorOf(entry.agentId));
		const program = { main: "main.js", modules: { "main.js": "" }, sources: {} };
		const rest = { input: "null", files: [], grants: null, limits: null, labels: [], metadata: {}, executesUpToMs: 25_000 };
		const live = { inlineMs: 0, mode: "live", origin: null, plan: null } as const;
		await agentObject(env, entry).admit(entry, { runId, program, programDigest: "sha256:0", ...rest, ...live });
		const authority = { tenantId, agentId: entry.agentId, runId, attempt: 1 };
		const call = async (method: string, ...args: unknown[]): Promise<unknown> => {
			const reply = await performCall(env, authority, { grant: "db", method, args: JSON.stringify(args), at: "1 0 " });
			return reply.kind === "engine" ? JSON.parse(await carryOutHere(env, authority, reply.work)) : reply;
		};
		expect(await call("query", "select sum(a) as s from t")).toEqual({ kind: "value", value: '[{"s":3}]', atMs: expect.any(Number) });
		expect(await call("execute", "update t set a = a * 10")).toEqual({
			kind: "value",
			value: '{"changes":2,"version":3}',
			atMs: expect.any(Number),
		});
		expect(await call("query", "select sum(a) as s from t")).toEqual({ kind: "value", value: '[{"s":30}]', atMs: expect.any(Number) });
		expect(await call("query", "pragma table_list")).toMatchObject({ kind: "error", code: "sql_denied" });
	});
});
