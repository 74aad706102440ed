import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import type { ReceiveAnswer, ReceiveCommand } from "../../../worker/agents/object/receive-run.ts";
import { type AgentUnderTest, goodEnd, heldOf, makeAgent, ring, stubOf } from "./agent-under-test.ts";

const triggerId = newId("trg");
const delivery = (agent: AgentUnderTest, id: string, overrides: Partial<ReceiveCommand> = {}): ReceiveCommand => ({
	...agent.command(),
	...{ triggerId, deliveryId: id, keys: [`id ${id}`] },
	...overrides,
});
const receive = (agent: AgentUnderTest, id: string, overrides: Partial<ReceiveCommand> = {}): Promise<ReceiveAnswer> =>
	agent.object.receive(agent.entry, delivery(agent, id, overrides));
const runOf = (answer: ReceiveAnswer): string => {
	if (answer.kind === "refused") throw new Error(`it is taken: ${answer.message}`);
	return answer.kind === "started" ? answer.run.id : answer.runId;
};
const requestsOf = (agent: AgentUnderTest) => agent.object.requests(agent.entry, triggerId, null, 100);
const countRuns = (agent: AgentUnderTest): Promise<unknown> =>
	runInDurableObject(stubOf(agent), (_instance, { storage }) => storage.sql.exec("SELECT count(*) AS count FROM runs").one()["count"]);

describe("a delivery to a trigger", () => {
	it("starts a run that stands in line with nothing set aside, and says which trigger it was", async () => {
		const agent = await makeAgent();
		const answer = await receive(agent, "a");
		expect(answer).toMatchObject({ kind: "started", run: { status: "queued", trigger: triggerId, schedule: null, attempt: 0 } });
		expect(await heldOf(agent)).toBe(0);
	});

	it("that comes again by any of its keys is the first one's repeat, and 50 at once start one run", async () => {
		const agent = await makeAgent();
		const answers = await Promise.all(Array.from({ length: 50 }, () => receive(agent, "a", { keys: ["id a", "body x"] })));
		const runs = new Set(answers.map(runOf));
		expect(runs.size).toBe(1);
		expect(answers.filter(({ kind }) => kind === "started")).toHaveLength(1);
		const [again] = await Promise.all([receive(agent, "b", { keys: ["id b", "body x"] })]);
		expect(again).toMatchObject({ kind: "known", runId: [...runs][0] });
		expect(await countRuns(agent)).toBe(1);
		expect(await requestsOf(agent)).toMatchObject([{ deliveryId: "a", outcome: "started", repeats: 50, run: [...runs][0] }]);
	});

	it("of one trigger is not known to another trigger of the agent", async () => {
		const agent = await makeAgent();
		const first = runOf(await receive(agent, "a"));
		const other = await receive(agent, "a", { triggerId: newId("trg") });
		expect(other.kind).toBe("started");
		expect(runOf(other)).not.toBe(first);
	});

	it("is known after its run was forgotten, and after the object was away", async () => {
		const agent = await makeAgent();
		const first = runOf(await receive(agent, "a"));
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			const state = new ObjectState(storage, env.TENANTS);
			expect(state.received.repeatOf(triggerId, ["id a"])).toBe(first);
		});
		await agent.object.claim(agent.entry, first);
		await agent.object.finish(goodEnd(first));
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			new ObjectState(storage, env.TENANTS).runs.drop(first);
		});
		const fresh = await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			const state = new ObjectState(storage, env.TENANTS);
			return { run: state.runs.get(first), known: state.received.repeatOf(triggerId, ["id a"]) };
		});
		expect(fresh).toEqual({ run: null, known: first });
	});

	it("is refused for a disabled agent, noted, and not known: sent again later it starts its run", async () => {
		const agent = await makeAgent();
		await agent.object.stop(agent.entry, "disabled");
		expect(await receive(agent, "a")).toMatchObject({ kind: "refused", code: "agent_disabled" });
		await agent.object.enable(agent.entry);
		const started = await receive(agent, "a");
		expect(started.kind).toBe("started");
		expect(await requestsOf(agent)).toMatchObject([
			{ outcome: "started", code: null, run: runOf(started) },
			{ outcome: "refused", code: "agent_disabled", run: null },
		]);
	});

	it("is refused with a time to come again when the line is full, and at one fewer it is not", async () => {
		const agent = await makeAgent();
		const first = runOf(await receive(agent, "a"));
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec(
				`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
				INSERT INTO runs SELECT id || i, status, 0, 0, revision, settled, archived_revision, NULL, created_at_ms, ended_at_ms, state, result, logs
				FROM runs, n WHERE id = ?2`,
				LIMITS.lineRuns,
				first,
			);
		});
		expect(await receive(agent, "b")).toMatchObject({
			kind: "refused",
			code: "queue_full",
			details: { retryAfterSeconds: LIMITS.lineRetrySeconds },
		});
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec(
				"DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE id <> ?1 AND lease_expires_at_ms IS NULL ORDER BY id DESC LIMIT 1)",
				first,
			);
		});
		expect((await receive(agent, "b")).kind).toBe("started");
	});

	it("is forgotten when no sender repeats it any more, and not before", async () => {
		const agent = await makeAgent();
		await receive(agent, "a");
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			const { received } = new ObjectState(storage, env.TENANTS);
			const { at_ms: atMs } = storage.sql.exec("SELECT at_ms FROM received").one();
			received.forgetOld(Number(atMs) + LIMITS.receivedKeepMs);
			expect(received.repeatOf(triggerId, ["id a"])).not.toBeNull();
			expect(received.dueAtMs()).toBe(Number(atMs) + LIMITS.receivedKeepMs + 1);
			received.forgetOld(Number(atMs) + LIMITS.receivedKeepMs + 1);
			expect([received.repeatOf(triggerId, ["id a"]), received.dueAtMs()]).toEqual([null, null]);
		});
	});

	it("lists the last requests only, those of its trigger", async () => {
		const agent = await makeAgent();
		await agent.object.noteRequest(agent.entry, { triggerId, deliveryId: "f", outcome: "filtered", code: null, run: null });
		await agent.object.noteRequest(agent.entry, { triggerId: newId("trg"), deliveryId: "g", outcome: "filtered", code: null, run: null });
		expect(await requestsOf(agent)).toMatchObject([{ deliveryId: "f", outcome: "filtered" }]);
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			const { received } = new ObjectState(storage, env.TENANTS);
			for (let index = 0; index < LIMITS.requestsKept; index += 1)
				received.note({ triggerId, deliveryId: `${index}`, outcome: "refused", code: "x", run: null }, 1);
			expect(storage.sql.exec("SELECT count(*) AS count FROM requests").one()["count"]).toBe(LIMITS.requestsKept);
		});
	});
});

describe("a run out of the line", () => {
	it("makes its hold when it is claimed, and its program's clock begins then", async () => {
		const agent = await makeAgent();
		const id = runOf(await receive(agent, "a"));
		const beforeMs = Date.now();
		const attempt = await agent.object.claim(agent.entry, id);
		expect(attempt?.attempt).toBe(1);
		expect(attempt?.clockMs).toBeGreaterThanOrEqual(beforeMs);
		expect(await heldOf(agent)).toBeGreaterThan(0);
		const ended = await agent.object.finish(goodEnd(id));
		expect(ended?.run).toMatchObject({ status: "succeeded", usage: { cpuMs: 8 } });
		expect((await agent.object.budget(agent.entry))?.windows.day.settled).toMatchObject({ runs: 1, cpuMs: 8 });
		expect(await heldOf(agent)).toBe(0);
	});

	it("is recorded and not run where the budget has nothing left", async () => {
		const agent = await makeAgent({ grants: {} }, { day: { runs: 1 } });
		const [first, second] = [runOf(await receive(agent, "a")), runOf(await receive(agent, "b"))];
		await agent.object.claim(agent.entry, first);
		expect(await agent.object.claim(agent.entry, second)).toBeNull();
		expect(await agent.object.run(second)).toMatchObject({
			status: "budget_exceeded",
			attempt: 0,
			error: { code: "budget_exceeded" },
			usage: { cpuMs: 0 },
		});
		expect(runOf(await receive(agent, "b"))).toBe(second);
		await agent.object.finish(goodEnd(first));
		expect((await agent.object.budget(agent.entry))?.windows.day.settled).toMatchObject({ runs: 1 });
		expect(await heldOf(agent)).toBe(0);
	});

	it("is called up as others end, never more at once than may be, oldest first", async () => {
		const agent = await makeAgent({ grants: {} }, { liveRuns: 2 });
		const ids: string[] = [];
		for (const name of ["a", "b", "c", "d"]) ids.push(runOf(await receive(agent, name)));
		const leased = (): Promise<unknown[]> =>
			runInDurableObject(stubOf(agent), (_instance, { storage }) =>
				storage.sql
					.exec("SELECT id FROM runs WHERE lease_expires_at_ms IS NOT NULL AND ended_at_ms IS NULL ORDER BY id")
					.toArray()
					.map(({ id }) => id),
			);
		const [first = "", second, third] = ids;
		expect(await leased()).toEqual([first, second]);
		await agent.object.claim(agent.entry, first);
		await agent.object.finish(goodEnd(first));
		expect(await leased()).toEqual([second, third]);
	});

	it("is called up by the alarm where the message for it was lost", async () => {
		const agent = await makeAgent();
		const id = runOf(await receive(agent, "a"));
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			storage.sql.exec("UPDATE runs SET lease_expires_at_ms = NULL WHERE id = ?", id);
		});
		await runInDurableObject(stubOf(agent), (_instance, { storage }) => {
			new ObjectState(storage, env.TENANTS);
		});
		await ring(agent);
		expect((await agent.object.claim(agent.entry, id))?.attempt).toBe(1);
	});

	it("is cancelled as any other, with nothing charged but nothing held either", async () => {
		const agent = await makeAgent();
		const id = runOf(await receive(agent, "a"));
		expect(await agent.object.cancel(id, "enough")).toMatchObject({ status: "cancelled" });
		expect(await agent.object.claim(agent.entry, id)).toBeNull();
		expect(await heldOf(agent)).toBe(0);
		expect((await agent.object.budget(agent.entry))?.windows.day.settled).toMatchObject({ runs: 0 });
	});

	it("ends with its agent when that is disabled", async () => {
		const agent = await makeAgent({ grants: {} }, { liveRuns: 1 });
		const ids = [runOf(await receive(agent, "a")), runOf(await receive(agent, "b"))];
		await agent.object.stop(agent.entry, "disabled");
		for (const id of ids) expect(await agent.object.run(id)).toMatchObject({ status: "cancelled" });
	});
});
