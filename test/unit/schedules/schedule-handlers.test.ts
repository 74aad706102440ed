import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { pageOf } from "../../../contract/common.ts";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { Run } from "../../../contract/runs.ts";
import { Schedule } from "../../../contract/schedules.ts";
import { agentObject } from "../../../worker/agents/agent-registry.ts";
import type { Env } from "../../../worker/env.ts";
import { startTick } from "../../../worker/schedules/start-tick.ts";
import { stubOf } from "../agents/agent-under-test.ts";
import { type Answer, ask, errorOf, newTenant, testEnv } from "../http/ask.ts";
import { starting, until } from "../sub-agents/family.ts";

const compiling: Env = {
	...testEnv,
	EXECUTOR: "remote",
	...(starting.EXECUTOR_SERVICE && { EXECUTOR_SERVICE: starting.EXECUTOR_SERVICE }),
};

/** A tenant with an agent that has a stored program. */
const setting = async () => {
	const { id: tenantId, key } = await newTenant();
	const api = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
		ask(method, path, { key: key.value, env: compiling, headers, ...(body === undefined ? {} : { body }) });
	const made = await api("POST", "/v1/agents", { name: "nightly", program: "export default () => 1" });
	const { id: agentId } = z.object({ id: z.string() }).parse(made.json);
	const entry = { tenantId, agentId };
	const make = async (body: object): Promise<Schedule> => {
		const answer = await api("POST", "/v1/schedules", { agent: "nightly", ...body });
		expect(answer.status, answer.text).toBe(201);
		return Schedule.parse(answer.json);
	};
	const read = async (id: string): Promise<Schedule> => Schedule.parse((await api("GET", `/v1/schedules/${id}`)).json);
	const list = async (): Promise<Schedule[]> => pageOf(Schedule).parse((await api("GET", "/v1/schedules")).json).data;
	return { tenantId, agentId, entry, api, make, read, list, object: agentObject(env, entry) };
};

/** Has the next tick of the agent's schedules be a moment ago; a change lets the object see it. */
const comeNow = async ({ object, api }: Pick<Awaited<ReturnType<typeof setting>>, "object" | "api">, id: string): Promise<void> => {
	await runInDurableObject(stubOf({ object }), (_instance, { storage }) => {
		storage.sql.exec("UPDATE schedules SET next_at_ms = ? WHERE next_at_ms IS NOT NULL", Date.now() - 1_000);
	});
	expect((await api("PATCH", `/v1/schedules/${id}`, { name: "due" })).status).toBe(200);
};

describe("POST /v1/schedules", () => {
	it("answers with the next ten times, and the lists have it at once", async () => {
		const { make, read, list, agentId } = await setting();
		const made = await make({ cron: "30 6 * * 1-5", timeZone: "Europe/Berlin", name: "weekdays", input: { deep: [1, { a: null }] } });
		expect(made).toMatchObject({ agent: agentId, status: "active", catchUp: "skip", last: null, input: { deep: [1, { a: null }] } });
		expect(made.next).toHaveLength(LIMITS.scheduleNext);
		const shown = made.next.map((atMs) =>
			new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", weekday: "short", hour: "2-digit", minute: "2-digit" }).format(atMs),
		);
		for (const text of shown) expect(text).toMatch(/^(Mon|Tue|Wed|Thu|Fri),? 06:30$/);
		expect(await read(made.id)).toEqual(made);
		expect(await list()).toEqual([made]);
	});

	it.each([
		[{ cron: "* * * *" }, "five fields"],
		[{ cron: "@daily" }, "five fields"],
		[{ cron: "2027-01-01T00:00:00" }, "five fields"],
		[{ cron: "61 * * * *" }, 'Making a schedule: cron: minute: found \\"61\\", wanted 0 to 59'],
		[{ cron: "*/9 * * * * *" }, "6 s apart"],
		[{ cron: "0,55 * * * * *" }, "5 s apart"],
		[{ cron: "* * * * * *" }, "1 s apart"],
		[{ cron: "0 0 30 2 *" }, "none of its times"],
		[{ cron: "0 0 * * *", timeZone: "Mars/Olympus" }, "IANA"],
		[{ cron: "0 0 * * *", grants: ["ghost"] }, 'Making a schedule: grants: found \\"ghost\\"'],
		[{ cron: "0 0 * * *", programVersion: 2 }, "the agent's version 1"],
		[{ cron: "0 0 * * *", isolation: "warm" }, "does not allow warm"],
		[{ cron: "0 0 * * *", limits: { wallMs: LIMITS.wallMs.max } }, "at most 10000"],
		[
			{
				cron: "0 0 * * *",
				metadata: Object.fromEntries(Array.from({ length: LIMITS.metadataEntries }, (_each, index) => [`k${index}`, 0])),
			},
			"tickMs",
		],
		[{ cron: "0 0 * * *", input: "x".repeat(LIMITS.scheduleInputChars) }, "characters of JSON"],
	])("refuses %j", async (body, words) => {
		const { api } = await setting();
		const answer = await api("POST", "/v1/schedules", { agent: "nightly", ...body });
		expect(answer.status).toBe(400);
		expect(answer.text).toContain(words);
	});

	it("takes one each ten seconds, and two in a minute that are ten seconds apart", async () => {
		const { make } = await setting();
		for (const cron of ["*/10 * * * * *", "0,50 * * * * *", "0,55 0 * * * *"]) await make({ cron });
	});

	it("takes as much metadata as leaves room for the tick, and its runs have all of it", async () => {
		const { make, api } = await setting();
		const metadata = Object.fromEntries(Array.from({ length: LIMITS.metadataEntries - 1 }, (_each, index) => [`k${index}`, index]));
		const made = await make({ cron: "0 0 * * *", metadata });
		const run = Run.parse((await api("POST", `/v1/schedules/${made.id}/run`)).json);
		expect(run.metadata).toMatchObject(metadata);
		expect(Object.keys(run.metadata)).toHaveLength(LIMITS.metadataEntries);
	});

	it("refuses one more than an agent may have", async () => {
		const { make, api, object, agentId } = await setting();
		const first = await make({ cron: "0 0 1 1 *" });
		await runInDurableObject(stubOf({ object }), (_instance, { storage }) => {
			for (let index = 1; index < LIMITS.schedulesPerAgent; index += 1)
				storage.sql.exec(
					"INSERT INTO schedules (id, status, next_at_ms, revision, settings, last, created_at_ms, updated_at_ms) SELECT ?, status, next_at_ms, revision, settings, last, created_at_ms, updated_at_ms FROM schedules WHERE id = ?",
					newRoutedId("sch", locatorOf(agentId)),
					first.id,
				);
		});
		expect(errorOf(await api("POST", "/v1/schedules", { agent: "nightly", cron: "0 0 1 1 *" })).code).toBe("conflict");
		expect((await api("DELETE", `/v1/schedules/${first.id}`)).status).toBe(200);
		await make({ cron: "0 0 1 1 *" });
	});
});

describe("a schedule", () => {
	it("is changed field by field; null takes away what was said", async () => {
		const { make, api, list } = await setting();
		const made = await make({ cron: "0 0 * * *", name: "a", limits: { wallMs: 5 }, metadata: { for: "x" }, input: 1 });
		const answer = await api("PATCH", `/v1/schedules/${made.id}`, { name: null, limits: null, input: null, cron: "0 1 * * *" });
		const changed = Schedule.parse(answer.json);
		expect(changed).toMatchObject({ name: null, limits: null, input: null, cron: "0 1 * * *", metadata: { for: "x" }, timeZone: "UTC" });
		expect(new Date(changed.next[0] ?? 0).getUTCHours()).toBe(1);
		expect(await list()).toEqual([changed]);
		expect((await api("PATCH", `/v1/schedules/${made.id}`, { cron: "* * * * * *" })).status).toBe(400);
		expect((await api("PATCH", `/v1/schedules/${made.id}`, { agent: "nightly" })).status).toBe(400);
		expect((await api("PATCH", `/v1/schedules/${made.id}`, {})).status).toBe(400);
	});

	it("is paused and resumed, which may be said twice", async () => {
		const { make, api, list } = await setting();
		const made = await make({ cron: "0 0 * * *" });
		for (let times = 0; times < 2; times += 1) {
			const paused = Schedule.parse((await api("POST", `/v1/schedules/${made.id}/pause`)).json);
			expect(paused).toMatchObject({ status: "paused", next: [] });
		}
		for (let times = 0; times < 2; times += 1) {
			const resumed = Schedule.parse((await api("POST", `/v1/schedules/${made.id}/resume`)).json);
			expect(resumed).toMatchObject({ status: "active", next: made.next });
		}
		expect((await list()).map(({ status }) => status)).toEqual(["active"]);
	});

	it("is gone from everywhere when it is deleted", async () => {
		const { make, api, list, object } = await setting();
		const made = await make({ cron: "0 0 * * *" });
		expect((await api("DELETE", `/v1/schedules/${made.id}`)).json).toEqual(made);
		expect(await list()).toEqual([]);
		for (const [method, rest] of [
			["GET", ""],
			["DELETE", ""],
			["POST", "/pause"],
			["POST", "/resume"],
			["POST", "/run"],
		])
			expect((await api(method ?? "", `/v1/schedules/${made.id}${rest}`)).status).toBe(404);
		const rows = await runInDurableObject(stubOf({ object }), (_instance, { storage }) =>
			storage.sql.exec("SELECT id FROM schedules").toArray(),
		);
		expect(rows).toEqual([]);
	});

	it("ends with its agent, in the lists too", async () => {
		const { make, api, list, agentId } = await setting();
		const made = await make({ cron: "0 0 * * *" });
		await api("DELETE", `/v1/agents/${agentId}`);
		expect((await api("GET", `/v1/schedules/${made.id}`)).status).toBe(404);
		await until(async () => (await list()).length === 0);
		expect((await api("POST", "/v1/schedules", { agent: agentId, cron: "0 0 * * *" })).status).toBe(409);
	});
});

describe("archiving an agent", () => {
	it("is one step with the end of its schedules: where they cannot be ended, it is not archived", async () => {
		const { make, api, list, agentId, object } = await setting();
		const made = await make({ cron: "0 0 * * *" });
		const inStorage = (statement: string) =>
			runInDurableObject(stubOf({ object }), (_instance, { storage }) => storage.sql.exec(statement).toArray());
		await inStorage("CREATE TRIGGER dies BEFORE UPDATE ON schedules BEGIN SELECT RAISE(ABORT, 'the object dies here'); END");
		expect((await api("DELETE", `/v1/agents/${agentId}`)).status).toBe(500);
		await inStorage("DROP TRIGGER dies");
		expect((await api("GET", `/v1/agents/${agentId}`)).json).toMatchObject({ status: "active" });
		expect(await list()).toEqual([made]);
		expect((await api("DELETE", `/v1/agents/${agentId}`)).status).toBe(200);
		expect(await inStorage("SELECT id FROM schedules WHERE status <> 'deleted'")).toEqual([]);
	});
});

describe("POST /v1/schedules/{id}/run", () => {
	it("starts a run of the schedule's now, also of a paused one, and the same one to the same Idempotency-Key", async () => {
		const { make, api, read } = await setting();
		const made = await make({ cron: "0 0 * * *", labels: ["private"], metadata: { for: "x" } });
		await api("POST", `/v1/schedules/${made.id}/pause`);
		const started = await api("POST", `/v1/schedules/${made.id}/run`, undefined, { "idempotency-key": "once" });
		expect(started.status, started.text).toBe(202);
		const run = Run.parse(started.json);
		expect(run).toMatchObject({ schedule: made.id, trigger: null, programVersion: 1, labels: ["private"], metadata: { for: "x" } });
		expect(z.object({ tickMs: z.int() }).parse(run.metadata).tickMs).toBeGreaterThan(Date.now() - 60_000);
		const again = await api("POST", `/v1/schedules/${made.id}/run`, undefined, { "idempotency-key": "once" });
		expect(Run.parse(again.json).id).toBe(run.id);
		expect((await read(made.id)).last).toBeNull();
	});
});

describe("a tick", () => {
	it("waits for an executor where there is none, and starts its one run when there is, with the schedule's input", async () => {
		const scene = await setting();
		const { make, read, object, tenantId, agentId } = scene;
		const made = await make({ cron: "0 0 * * *", input: { say: "hello" } });
		await comeNow(scene, made.id);
		await until(async () => (await read(made.id)).last?.code === "no_executor");
		const { last } = await read(made.id);
		expect(last).toMatchObject({ outcome: "waiting", code: "no_executor" });
		const runId = last?.run ?? "";
		const {
			id: _id,
			agent: _agent,
			status: _status,
			next: _next,
			last: _last,
			createdAtMs: _made,
			updatedAtMs: _changed,
			...settings
		} = made;
		const tick = { tenantId, agentId, runId, scheduleId: made.id, tickMs: last?.tickMs ?? 0, settings: JSON.stringify(settings) };
		expect(await Promise.all([startTick(compiling, tick), startTick(compiling, tick)])).toEqual([null, null]);
		expect((await read(made.id)).last).toMatchObject({ outcome: "started", run: runId, code: null });
		expect(await object.run(runId)).toMatchObject({ schedule: made.id, metadata: { tickMs: last?.tickMs } });
		const inputs = await runInDurableObject(stubOf(scene), (_instance, { storage }) =>
			storage.sql.exec("SELECT input FROM work").toArray(),
		);
		expect(inputs).toEqual([{ input: JSON.stringify({ say: "hello" }) }]);
	});

	it("tells why nothing was started where the agent has no program", async () => {
		const { make, api, agentId, tenantId, read } = await setting();
		const made = await make({ cron: "0 0 * * *" });
		await api("PATCH", `/v1/agents/${agentId}`, { program: null });
		const settings = JSON.stringify({ ...(await read(made.id)) });
		const tick = { tenantId, agentId, runId: newRoutedId("run", locatorOf(agentId)), scheduleId: made.id, tickMs: 0, settings };
		await expect(startTick(compiling, tick)).rejects.toThrow();
		const { id: _id, agent: _agent, status: _status, next: _next, last: _last, createdAtMs: _made, updatedAtMs: _changed, ...plain } = made;
		expect(await startTick(compiling, { ...tick, settings: JSON.stringify(plain) })).toMatchObject({ code: "invalid_request" });
	});
});
