import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { ToldTenant } from "../../../contract/tenants.ts";
import { agentObject, insertAgent } from "../../../worker/agents/agent-registry.ts";
import type { AgentNamespace, AgentPort, Env } from "../../../worker/env.ts";
import { type AgentUnderTest, call, doneEnd, FETCH_ARGS, makeAgent, stubOf } from "../agents/agent-under-test.ts";
import { makeApproving } from "../approvals/approving.ts";
import { ask, errorOf, newTenant, OPERATOR, testEnv } from "../http/ask.ts";

const POLICY = { grants: { web: { verb: "http.fetch", allow: [{ host: "example.com" }] } } };
const SUSPENDED = { kind: "refused", code: "tenant_suspended" };

/** A tenant with its agent `default` and as many others as are asked for. */
const tenantWith = async (agents: number) => {
	const tenant = await newTenant();
	const made: AgentUnderTest[] = [];
	for (let index = 0; index < agents; index += 1) made.push(await makeAgent(POLICY, {}, tenant.id));
	const set = (status: string, how: { env?: Env } = {}) =>
		ask("PATCH", `/v1/tenants/${tenant.id}`, { key: OPERATOR, body: { status }, ...how });
	const suspend = async () => {
		const answer = await set("suspended");
		expect(answer.status, answer.text).toBe(200);
		return ToldTenant.parse(answer.json);
	};
	return { tenant, agents: made, set, suspend };
};

const start = async (agent: AgentUnderTest, more = {}): Promise<string> => {
	const command = agent.command(more);
	const admitted = await agent.object.admit(agent.entry, command);
	if (admitted.kind === "refused") throw new Error(admitted.message);
	return command.runId;
};
const fetchOf = (agent: AgentUnderTest, runId: string, place = 1) =>
	call(agent, { runId, grant: "web", method: "fetch", args: FETCH_ARGS, place });
const act = async (agent: AgentUnderTest, runId: string): Promise<string> => {
	const begun = await fetchOf(agent, runId);
	if (begun.kind !== "act") throw new Error(`the call is to be performed: ${JSON.stringify(begun)}`);
	return begun.callId;
};

/** The bindings with agents' objects some of whose calls are answered otherwise. */
const envWith = (change: (object: AgentPort, id: DurableObjectId) => Partial<AgentPort>): Env => {
	const AGENTS: AgentNamespace = {
		idFromName: (name) => env.AGENTS.idFromName(name),
		get: (id) => {
			const object = env.AGENTS.get(id);
			return new Proxy(object, { get: (target, name) => Reflect.get(change(object, id), name) ?? Reflect.get(target, name) });
		},
	};
	return { ...testEnv, AGENTS };
};

describe("suspending a tenant", () => {
	it("ends what is executed, queued and parked in all of its agents, and says what was in flight", async () => {
		const { tenant, agents, suspend } = await tenantWith(3);
		const [one, two, idle] = agents;
		if (one === undefined || two === undefined || idle === undefined) throw new Error("there are three");
		const executed = await start(one);
		const callId = await act(one, executed);
		const queued = await start(two, { executesUpToMs: 0 });
		const told = await suspend();
		expect(told).toMatchObject({
			id: tenant.id,
			status: "suspended",
			agentsTold: 4,
			callsInFlight: [callId],
			runsLeftOut: 0,
			callsLeftOut: 0,
		});
		expect(told.cancelledRuns.toSorted()).toEqual([executed, queued].toSorted());
		expect(await one.object.run(executed)).toMatchObject({ status: "cancelled", error: { message: "The tenant was suspended" } });
		expect(await two.object.run(queued)).toMatchObject({ status: "cancelled" });
		expect(await fetchOf(one, executed, 2)).toMatchObject({ kind: "error", code: "run_ended" });
		expect(await two.object.claim(two.entry, queued)).toBeNull();
		for (const agent of agents) expect(await agent.object.admit(agent.entry, agent.command())).toMatchObject(SUSPENDED);
	});

	it("ends runs that wait for a person, and nobody can approve them", async () => {
		const { tenant, suspend } = await tenantWith(0);
		const agent = await makeApproving(tenant.id);
		const runId = await agent.begin();
		const approval = await agent.asked(runId, "web", "fetch", FETCH_ARGS);
		await agent.park(runId);
		expect(await suspend()).toMatchObject({ cancelledRuns: [runId], callsInFlight: [] });
		expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled" });
		expect(await agent.decide(approval)).toMatchObject({ kind: "refused", code: "approval_settled" });
	});

	it("outlives its object's being away, and ends when the tenant is active again: what it ended stays ended", async () => {
		const { agents, suspend, set } = await tenantWith(1);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is one");
		const runId = await start(agent);
		await suspend();
		await evictDurableObject(stubOf(agent));
		expect(await agent.object.admit(agent.entry, agent.command())).toMatchObject(SUSPENDED);
		expect((await set("active")).json).toMatchObject({ status: "active", agentsTold: 2, cancelledRuns: [], callsInFlight: [] });
		expect((await agent.object.admit(agent.entry, agent.command())).kind).toBe("execute");
		expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled" });
	});

	it("covers an agent that is made meanwhile by whoever was let in before, and one that had never been used", async () => {
		const { tenant, suspend, set } = await tenantWith(0);
		const birth = { name: "unused", policy: POLICY, program: null, language: "typescript", budget: { limits: {} } } as const;
		const unused = await insertAgent(env, tenant.id, birth, Date.now());
		await suspend();
		const late = await insertAgent(env, tenant.id, { ...birth, name: "late" }, Date.now());
		const { command } = await makeAgent();
		for (const entry of [unused, late]) expect(await agentObject(env, entry).admit(entry, command())).toMatchObject(SUSPENDED);
		await set("active");
		for (const entry of [unused, late]) expect((await agentObject(env, entry).admit(entry, command())).kind).toBe("execute");
	});

	it("repeated changes nothing, and names calls again that are still under way", async () => {
		const { tenant, agents, suspend } = await tenantWith(1);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is one");
		const callId = await act(agent, await start(agent));
		await suspend();
		expect(await suspend()).toMatchObject({ agentsTold: 2, cancelledRuns: [], callsInFlight: [callId] });
		await agent.object.endCall(doneEnd(callId));
		expect(await suspend()).toMatchObject({ cancelledRuns: [], callsInFlight: [] });
		const { results } = await env.DB.prepare("SELECT type FROM events WHERE tenant_id = ?").bind(tenant.id).all();
		expect(results).toEqual([{ type: "tenant.suspended" }]);
	});

	it("that cannot reach an agent says 503 and tells all others; sent again it goes through", async () => {
		const { agents, set, suspend } = await tenantWith(3);
		const runs = await Promise.all(agents.map((agent) => start(agent)));
		const lost = agents[1]?.entry.agentId;
		const failing = envWith((object) => ({
			tellTenantStatus: (identity) => (identity.agentId === lost ? Promise.reject(new Error("gone")) : object.tellTenantStatus(identity)),
		}));
		const answer = await set("suspended", { env: failing });
		expect(answer.status).toBe(503);
		expect(errorOf(answer)).toMatchObject({ code: "agents_unreachable", agentsTold: 3, agentsLeft: 1 });
		expect(await suspend()).toMatchObject({ agentsTold: 4, cancelledRuns: [runs[1]] });
	});

	it("whose reading of the tenant's agents fails says 503", async () => {
		const { set } = await tenantWith(0);
		const DB = new Proxy(env.DB, {
			get: (database, name) => {
				const member: unknown = Reflect.get(database, name);
				if (name === "prepare") return (query: string) => database.prepare(query.replace('from "agents"', 'from "nowhere"'));
				return typeof member === "function" ? member.bind(database) : member;
			},
		});
		expect(errorOf(await set("suspended", { env: { ...testEnv, DB } }))).toMatchObject({ code: "agents_unreachable" });
	});

	it("that somebody undoes meanwhile is answered 409, and the agents are as the registry is", async () => {
		const { tenant, agents, set } = await tenantWith(1);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is one");
		const undone = envWith((object) => ({
			tellTenantStatus: async (identity) => {
				await env.DB.prepare("UPDATE tenants SET status = 'active' WHERE id = ?").bind(tenant.id).run();
				return await object.tellTenantStatus(identity);
			},
		}));
		expect((await set("suspended", { env: undone })).status).toBe(409);
		expect((await agent.object.admit(agent.entry, agent.command())).kind).toBe("execute");
	});

	it("ends as many parked runs as an agent has, in steps", async () => {
		const { tenant, suspend } = await tenantWith(0);
		const agent = await makeApproving(tenant.id);
		const runId = await agent.begin();
		await agent.asked(runId, "web", "fetch", FETCH_ARGS);
		await agent.park(runId);
		const count = LIMITS.parkedRunsEndedAtOnce + 1;
		await runInDurableObject(stubOf({ object: agent.object }), (_instance, { storage }) => {
			const columns = storage.sql.exec("SELECT * FROM runs LIMIT 1").columnNames.filter((name) => name !== "id");
			storage.sql.exec(
				`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO runs (id, ${columns.join(", ")})
				SELECT 'run_' || i, ${columns.join(", ")} FROM runs, n WHERE id = ?`,
				count - 1,
				runId,
			);
		});
		expect((await suspend()).cancelledRuns).toHaveLength(count);
	});
});

describe("an agent that is told its tenant's status", () => {
	it("does not believe an answer that was overtaken by one to a later question", async () => {
		const { tenant, agents } = await tenantWith(1);
		const [agent] = agents;
		if (agent === undefined) throw new Error("there is one");
		const setStatus = (status: string) => env.DB.prepare("UPDATE tenants SET status = ? WHERE id = ?").bind(status, tenant.id).run();
		const runId = await start(agent);
		// Plain data: a promise of the test's own cannot be awaited in the object.
		const first = { isAnswered: false, isHeard: false };
		const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
		// The first question is answered by the database at once, and heard late.
		await runInDurableObject(stubOf(agent), (instance) => {
			let isFirst = true;
			const prepare = (query: string) => {
				const statement = env.DB.prepare(query);
				if (!isFirst || !query.includes("suspended")) return statement;
				isFirst = false;
				const late = async () => {
					const row = await statement.bind(tenant.id).first();
					first.isAnswered = true;
					while (!first.isHeard) await pause();
					return row;
				};
				return { bind: () => ({ first: late }) };
			};
			const own: unknown = Reflect.get(instance, "env");
			const DB = new Proxy(env.DB, {
				get: (database, name) => (name === "prepare" ? prepare : Reflect.get(database, name).bind(database)),
			});
			Reflect.set(instance, "env", Object.assign(Object.create(Object(own)), { DB }));
		});
		await setStatus("suspended");
		const early = agent.object.tellTenantStatus(agent.entry);
		while (!first.isAnswered) await pause();
		await setStatus("active");
		expect(await agent.object.tellTenantStatus(agent.entry)).toMatchObject({ isSuspended: false });
		first.isHeard = true;
		expect(await early).toMatchObject({ isSuspended: false, cancelledRuns: [] });
		expect(await agent.object.run(runId)).toMatchObject({ status: "queued" });
	});
});

it("of requests that come while a tenant is suspended none begins a call after the answer", { timeout: 30_000 }, async () => {
	for (let round = 0; round < 3; round += 1) {
		const { agents, suspend } = await tenantWith(2);
		let isAnswered = false;
		let begunAfter = 0;
		let begunBefore = 0;
		const underWay = Promise.withResolvers<void>();
		const client = async (agent: AgentUnderTest): Promise<void> => {
			for (let tries = 0; tries < 10; tries += 1) {
				const command = agent.command();
				const admitted = await agent.object.admit(agent.entry, command);
				if (admitted.kind === "refused") continue;
				for (let place = 1; place <= 3; place += 1) {
					const wasAnswered = isAnswered;
					const begun = await fetchOf(agent, command.runId, place);
					if (begun.kind !== "act") continue;
					if (wasAnswered) begunAfter += 1;
					else begunBefore += 1;
					if (begunBefore > 2 * round) underWay.resolve();
				}
			}
		};
		const clients = agents.flatMap((agent) => [client(agent), client(agent)]);
		await underWay.promise;
		const told = suspend().then((answer) => {
			isAnswered = true;
			return answer;
		});
		await Promise.all([...clients, told]);
		expect(begunAfter).toBe(0);
	}
});
