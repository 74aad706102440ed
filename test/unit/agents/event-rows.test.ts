import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { NewEvent, TenantEvent, ToldEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { sendBatch } from "../../../worker/agents/object/outbox.ts";
import { type Endpoints, tellEvents } from "../../../worker/agents/object/tell-events.ts";
import { oweEvents } from "../../../worker/agents/object/tell-owed.ts";
import { listTenantEvents } from "../../../worker/ledger/tenant-events.ts";
import { type AgentUnderTest, makeAgent, stubOf } from "./agent-under-test.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const told = (agent: AgentUnderTest, grant: string): NewEvent => ({
	type: "grant.disabled",
	agent: agent.entry.agentId,
	run: null,
	data: { grant, callsInFlight: 2 },
});

/** Runs something with the state of an agent that has been born; its own instance is not used, so nothing else sends. */
const withState = async (
	work: (state: ObjectState, agent: AgentUnderTest, storage: DurableObjectStorage) => Promise<void>,
): Promise<void> => {
	const agent = await makeAgent();
	await agent.object.agent(agent.entry);
	await runInDurableObject(stubOf(agent), async (_instance, context) => {
		await work(new ObjectState(context.storage, env.TENANTS), agent, context.storage);
		await context.storage.deleteAlarm();
	});
};
const inD1 = (agent: AgentUnderTest): Promise<TenantEvent[]> =>
	listTenantEvents(env.DB, agent.entry.tenantId, { type: null, agentId: null, before: null, most: 2_000 });
/** A tenant's endpoints that want everything, each with how it takes what it is told. */
const endpointsOf = (takes: Record<string, (told: readonly ToldEvent[]) => boolean | Promise<boolean>>): Endpoints => ({
	wanting: async (events) => Object.keys(takes).map((endpointId) => ({ endpointId, eventIds: events.map(({ id }) => id) })),
	tell: async (endpointId, told) => (await takes[endpointId]?.(told)) ?? true,
});
const nobody = endpointsOf({});
const hearing = (heard: ToldEvent[]) => (told: readonly ToldEvent[]) => heard.push(...told) > 0;
const idsOf = (told: readonly ToldEvent[]): string[] => told.map(({ event }) => event.id);
/** Tells as an object does that has just begun to live. */
const tellAll = (state: ObjectState, endpoints: Endpoints): Promise<void> => tellEvents(state, endpoints, new Set());
const countOf = (state: ObjectState, table: "events" | "outbox"): unknown =>
	state.sql.exec(`SELECT count(*) AS count FROM ${table}`).one()["count"];

describe("an agent's events", () => {
	it("exist if and only if the step that made them did", () =>
		withState(async (state, agent) => {
			expect(() =>
				state.step(() => {
					state.events.add(told(agent, "lost"), NOON);
					throw new Error("the step fails");
				}),
			).toThrow("the step fails");
			expect([countOf(state, "events"), countOf(state, "outbox"), state.outbox.isEmpty()]).toEqual([0, 0, true]);
			const id = state.step(() => state.events.add(told(agent, "kept"), NOON));
			expect(state.events.read(id)).toEqual({ id, atMs: NOON, ...told(agent, "kept") });
		}));

	it("reach D1 once each with their own ids, when D1 was away and when its answer was lost, and are kept no longer", () =>
		withState(async (state, agent) => {
			const ids = ["a", "b"].map((grant, index) => state.step(() => state.events.add(told(agent, grant), NOON + index)));
			const away: ProxyHandler<D1Database> = {
				get: (database, name) =>
					name === "batch" ? () => Promise.reject(new Error("D1_ERROR")) : Reflect.get(database, name).bind(database),
			};
			await expect(sendBatch(state, new Proxy(env.DB, away))).rejects.toThrow("D1_ERROR");
			expect(await inD1(agent)).toEqual([]);
			const lost: ProxyHandler<D1Database> = {
				get: (database, name) =>
					name === "batch"
						? (statements: D1PreparedStatement[]) => database.batch(statements).then(() => Promise.reject(new Error("D1_ERROR")))
						: Reflect.get(database, name).bind(database),
			};
			await expect(sendBatch(state, new Proxy(env.DB, lost))).rejects.toThrow("D1_ERROR");
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([2, 4]);
			while (await sendBatch(state, env.DB));
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([2, 2]);
			await tellAll(state, nobody);
			expect((await inD1(agent)).map(({ id }) => id)).toEqual([...ids].reverse());
			expect([countOf(state, "events"), countOf(state, "outbox"), state.outbox.isEmpty()]).toEqual([0, 0, true]);
		}));

	it("are bounded: past the limit the oldest tenth is given up, and one event says how many those were", () =>
		withState(async (state, agent) => {
			const add = (index: number) => state.step(() => state.events.add(told(agent, `g${index}`), NOON + index));
			for (let index = 0; index < LIMITS.eventsUnsent; index += 1) add(index);
			expect(countOf(state, "events")).toBe(LIMITS.eventsUnsent);
			add(LIMITS.eventsUnsent);
			const tenth = LIMITS.eventsUnsent / 10;
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([
				LIMITS.eventsUnsent - tenth + 2,
				2 * (LIMITS.eventsUnsent - tenth + 2),
			]);
			for (let index = LIMITS.eventsUnsent + 1; index < 4 * LIMITS.eventsUnsent; index += 1) add(index);
			while (await sendBatch(state, env.DB));
			const events = await inD1(agent);
			const dropped = events.flatMap((event) => (event.type === "events.dropped" ? [event.data.count] : []));
			expect(events.length - dropped.length + dropped.reduce((sum, count) => sum + count, 0)).toBe(4 * LIMITS.eventsUnsent);
			expect(events.length).toBeLessThanOrEqual(LIMITS.eventsUnsent);
		}));

	it("of runs are never given up, however many wait", () =>
		withState(async (state, agent) => {
			state.step(() => {
				for (let index = 0; index < LIMITS.eventsUnsent; index += 1) state.events.add(told(agent, `k${index}`), NOON, { kept: true });
				for (let index = 0; index <= LIMITS.eventsUnsent; index += 1) state.events.add(told(agent, `g${index}`), NOON);
			});
			const kept = state.events.next(10_000).flatMap(({ event }) => (event.type === "grant.disabled" ? [event.data.grant] : []));
			expect(kept.filter((grant) => grant.startsWith("k"))).toHaveLength(LIMITS.eventsUnsent);
			expect(kept.filter((grant) => grant.startsWith("g")).length).toBeLessThan(LIMITS.eventsUnsent);
		}));

	it("are told to endpoints until they have taken them, whether D1 has them or not, and are kept until both have", () =>
		withState(async (state, agent) => {
			const ids = ["a", "b"].map((grant, index) =>
				state.step(() => state.events.add(told(agent, grant), NOON + index, { result: `"${grant}"`, hops: index })),
			);
			const heard: ToldEvent[] = [];
			await expect(tellAll(state, { ...nobody, wanting: () => Promise.reject(new Error("D1 is away")) })).rejects.toThrow("away");
			expect(countOf(state, "events")).toBe(2);
			await tellAll(state, endpointsOf({ one: hearing(heard) }));
			expect(heard.map(({ event, result, hops }) => [event.id, result, hops])).toEqual([
				[ids[0], '"a"', 0],
				[ids[1], '"b"', 1],
			]);
			await tellAll(state, endpointsOf({ one: hearing(heard) }));
			expect([heard.length, countOf(state, "events"), await inD1(agent)]).toEqual([2, 2, []]);
			while (await sendBatch(state, env.DB));
			expect([countOf(state, "events"), countOf(state, "outbox"), (await inD1(agent)).length]).toEqual([0, 0, 2]);
		}));

	it("that cannot be read are given up, and hold up nothing that comes after them", () =>
		withState(async (state, agent) => {
			const [spoilt, whole] = ["a", "b"].map((grant, index) => state.step(() => state.events.add(told(agent, grant), NOON + index)));
			state.sql.exec("UPDATE events SET record = json_set(record, '$.agent', 'nobody') WHERE id = ?", spoilt);
			const heard: ToldEvent[] = [];
			await tellAll(state, endpointsOf({ one: hearing(heard) }));
			while (await sendBatch(state, env.DB));
			expect([heard.map(({ event }) => event.id), (await inD1(agent)).map(({ id }) => id)]).toEqual([[whole], [whole]]);
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([0, 0]);
		}));

	it("that an endpoint does not take it alone is told again, the oldest first, and the others are told all that comes after", () =>
		withState(async (state, agent, storage) => {
			const ids = Array.from({ length: LIMITS.eventsToldAtOnce + 1 }, (_, index) =>
				state.step(() => state.events.add(told(agent, `g${index}`), NOON + index)),
			);
			const [one, other]: [ToldEvent[], ToldEvent[]] = [[], []];
			let isAway = true;
			const endpoints = endpointsOf({ one: (told) => !isAway && hearing(one)(told), other: hearing(other) });
			await tellAll(state, endpoints);
			expect([idsOf(one), idsOf(other)]).toEqual([[], ids]);
			while (await sendBatch(state, env.DB));
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([ids.length, ids.length]);
			isAway = false;
			await tellAll(new ObjectState(storage, env.TENANTS), endpoints);
			expect([idsOf(one), idsOf(other)]).toEqual([ids, ids]);
			expect([countOf(state, "events"), countOf(state, "outbox")]).toEqual([0, 0]);
		}));

	it("are told to each endpoint beside the others: one that hangs costs them no time, what they are owed neither, and is told all when it answers", () =>
		withState(async (state, agent) => {
			const add = (index: number): string => state.step(() => state.events.add(told(agent, `g${index}`), NOON + index));
			const [hung, well]: [ToldEvent[], ToldEvent[]] = [[], []];
			const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
			let [isWell, asked] = [false, 0];
			const endpoints = endpointsOf({
				hung: (some) => {
					asked += 1;
					return answered.then(() => hearing(hung)(some));
				},
				well: (some) => isWell && hearing(well)(some),
			});
			const underWay = new Set<`telling ${string}`>();
			const ids = [add(0)];
			const first = tellEvents(state, endpoints, underWay);
			await vi.waitFor(() => expect([...underWay]).toEqual(["telling hung"]));
			isWell = true;
			for (let index = 1; index <= 3; index += 1) {
				ids.push(add(index));
				await tellEvents(state, endpoints, underWay);
				expect(idsOf(well)).toEqual(ids);
			}
			expect(asked).toBe(1);
			answer();
			await first;
			while (await sendBatch(state, env.DB));
			expect([idsOf(hung), countOf(state, "events"), countOf(state, "outbox")]).toEqual([ids, 0, 0]);
		}));

	it("come to those that wait though there is a new one whenever it is asked who wants them", () =>
		withState(async (state, agent) => {
			const heard: ToldEvent[] = [];
			const add = (): string => state.step(() => state.events.add(told(agent, "g"), NOON));
			const endpoints = endpointsOf({ one: hearing(heard) });
			let rounds = 0;
			const first = add();
			await tellAll(state, {
				...endpoints,
				wanting: (events) => {
					rounds += 1;
					if (rounds < 50) add();
					return endpoints.wanting(events);
				},
			});
			expect([rounds, idsOf(heard)]).toEqual([1, [first]]);
		}));

	it("that two deal out at once are told once and kept no longer", () =>
		withState(async (state, agent) => {
			const heard: ToldEvent[] = [];
			const endpoints = endpointsOf({ one: hearing(heard) });
			const id = state.step(() => state.events.add(told(agent, "a"), NOON));
			const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
			const late = tellAll(state, { ...endpoints, wanting: (events) => answered.then(() => endpoints.wanting(events)) });
			await tellAll(state, endpoints);
			answer();
			await late;
			while (await sendBatch(state, env.DB));
			expect([idsOf(heard), countOf(state, "events"), countOf(state, "outbox")]).toEqual([[id], 0, 0]);
		}));

	it("that only one endpoint lacks are not among those that may wait: none is given up, and that endpoint is owed all of them", () =>
		withState(async (state, agent) => {
			const heard: ToldEvent[] = [];
			const endpoints = endpointsOf({ bad: () => false, good: hearing(heard) });
			const count = LIMITS.eventsUnsent + 100;
			for (let index = 1; index <= count; index += 1) {
				state.step(() => state.events.add(told(agent, `g${index}`), NOON + index));
				if (index % 100 > 0) continue;
				// D1 is sometimes before the endpoints and sometimes after them.
				if (index % 200 > 0) while (await sendBatch(state, env.DB));
				await tellAll(state, endpoints);
				while (await sendBatch(state, env.DB));
			}
			expect([new Set(heard.map(({ event }) => event.type)), heard.length]).toEqual([new Set(["grant.disabled"]), count]);
			expect([(await inD1(agent)).length, state.outbox.count("telling bad"), countOf(state, "events")]).toEqual([count, count, count]);
		}));

	it.each([0, 1])("that one endpoint is owed are bounded: of the most and %i more, the oldest so many are given up for it alone", (more) =>
		withState(async (state, agent) => {
			const events = ["a", "b"].map((grant, index) => state.step(() => state.events.add(told(agent, grant), NOON + index)));
			state.step(() => {
				oweEvents(state, "one", events);
				state.events.sent(events, "event");
				state.events.sent(events, "telling");
			});
			state.sql.exec(
				`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				INSERT INTO outbox (kind, id) SELECT 'telling one', 'later' || i FROM n`,
				LIMITS.eventsOwed - 3 + more,
			);
			state.step(() => oweEvents(state, "one", ["newest"]));
			expect(state.outbox.count("telling one")).toBe(LIMITS.eventsOwed);
			expect(events.map((id) => state.events.read(id)?.id ?? null)).toEqual([more === 1 ? null : events[0], events[1]]);
		}),
	);

	it("that cannot be read are given up also where they are read in turn, and where the oldest make room", () =>
		withState(async (state, agent) => {
			const ids = Array.from({ length: LIMITS.eventsUnsent }, (_, index) =>
				state.step(() => state.events.add(told(agent, `g${index}`), NOON + index)),
			);
			state.sql.exec("UPDATE events SET record = '{' WHERE id = ?", ids[0]);
			state.sql.exec("UPDATE events SET record = json_set(record, '$.agent', 'nobody') WHERE id = ?", ids[1]);
			state.step(() => state.events.add(told(agent, "one more"), NOON + 2_000));
			const dropped = state.events.next(10_000).flatMap(({ event }) => (event.type === "events.dropped" ? [event.data] : []));
			expect(dropped).toMatchObject([{ count: LIMITS.eventsUnsent / 10, fromMs: NOON + 2 }]);
			const left = state.events.next(10_000).map(({ event }) => event.id);
			state.sql.exec("UPDATE events SET record = '{' WHERE id < ?", left[3]);
			expect(state.events.next(3).map(({ event }) => event.id)).toEqual(left.slice(3, 6));
			expect(countOf(state, "events")).toBe(left.length - 3);
		}));

	it("of one tenant cannot be taken for another's, though D1 has an event of that id", () =>
		withState(async (state, agent) => {
			const id = state.step(() => state.events.add(told(agent, "mine"), NOON));
			const other = newId("ten");
			await env.DB.prepare("INSERT INTO events (id, tenant_id, type, at_ms, data) VALUES (?, ?, 'tenant.suspended', 1, '{}')")
				.bind(id, other)
				.run();
			await sendBatch(state, env.DB);
			const of = (tenantId: string) => listTenantEvents(env.DB, tenantId, { type: null, agentId: null, before: null, most: 10 });
			expect((await of(other)).map(({ type }) => type)).toEqual(["tenant.suspended"]);
			expect(await of(agent.entry.tenantId)).toEqual([]);
		}));
});
