import { describe, expect, it, vi } from "vitest";
import type { ToldEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { EndpointNamespace } from "../../../worker/env.ts";
import { tellEndpoint, tellEndpoints, wantingEvents } from "../../../worker/endpoints/tell-endpoints.ts";
import { ask, newTenant, testEnv } from "../http/ask.ts";
import { makeEndpoint, told } from "./endpoint-under-test.ts";

/** Namespaces of objects that note what they take, by endpoint; those of `broken` do not. */
const listen = (broken: ReadonlySet<string> = new Set(), answer = async (): Promise<void> => {}) => {
	const taken = new Map<string, string[]>();
	const take = async (identity: { endpointId: string }, _payload: string, events: readonly ToldEvent[]): Promise<void> => {
		if (broken.has(identity.endpointId)) throw new Error("it is away");
		const ids = events.map(({ event }) => event.id);
		taken.set(identity.endpointId, [...(taken.get(identity.endpointId) ?? []), ...ids]);
		await answer();
	};
	const real = testEnv.ENDPOINTS;
	const ENDPOINTS: EndpointNamespace = {
		idFromName: (name) => real.idFromName(name),
		get: (id) => new Proxy(real.get(id), { get: (port, name) => (name === "take" ? take : Reflect.get(port, name)) }),
	};
	return { taken, env: { ...testEnv, ENDPOINTS } };
};

describe("tellEndpoints()", () => {
	it("tells each active endpoint of the tenant what it wants, from its making on, and nobody else", async () => {
		const [{ id, key }, other] = [await newTenant(), await newTenant()];
		const { taken, env } = listen();
		const event = told();
		await tellEndpoints(env, id, [event]);
		const [all, one, none] = [
			await makeEndpoint(key.value),
			await makeEndpoint(key.value, { events: ["agent.disabled"] }),
			await makeEndpoint(key.value, { events: ["run.failed"] }),
		];
		await makeEndpoint(other.key.value);
		await tellEndpoints(env, id, [event]);
		expect(Object.fromEntries(taken)).toEqual({ [all.id]: [event.event.id], [one.id]: [event.event.id] });
		await ask("POST", `/v1/endpoints/${one.id}/disable`, { key: key.value });
		await ask("PATCH", `/v1/endpoints/${none.id}`, { key: key.value, body: { events: ["agent.disabled"] } });
		const next = told();
		await tellEndpoints(env, id, [next]);
		expect(Object.fromEntries(taken)).toEqual({
			[all.id]: [event.event.id, next.event.id],
			[one.id]: [event.event.id],
			[none.id]: [next.event.id],
		});
	});

	it("throws when an endpoint did not take it, and has told the others", async () => {
		const { id, key } = await newTenant();
		const [away, there] = [await makeEndpoint(key.value), await makeEndpoint(key.value)];
		const { taken, env } = listen(new Set([away.id]));
		const event = told();
		await expect(tellEndpoints(env, id, [event])).rejects.toThrow("found 1 that did not take it");
		expect(Object.fromEntries(taken)).toEqual({ [there.id]: [event.event.id] });
	});
});

describe("tellEndpoint()", () => {
	it("answers whether that endpoint took what it wants of it, and tells no other", async () => {
		const { id, key } = await newTenant();
		const [away, there] = [await makeEndpoint(key.value, { events: ["agent.disabled"] }), await makeEndpoint(key.value)];
		const { taken, env } = listen(new Set([away.id]));
		const first = told();
		const other: ToldEvent = { ...first, event: { ...first.event, id: newId("evt"), type: "tenant.suspended", data: {} } };
		expect(new Set(await wantingEvents(env, id, [first.event, other.event]))).toEqual(
			new Set([
				{ endpointId: away.id, eventIds: [first.event.id] },
				{ endpointId: there.id, eventIds: [first.event.id, other.event.id] },
			]),
		);
		const tell = (endpointId: string, event: ToldEvent): Promise<boolean> => tellEndpoint(env, id, endpointId, [event]);
		expect([await tell(away.id, first), await tell(away.id, other), await tell(there.id, first)]).toEqual([false, true, true]);
		expect(await tell(newId("end"), first)).toBe(true);
		expect(Object.fromEntries(taken)).toEqual({ [there.id]: [first.event.id] });
	});

	it("waits for no object that does not answer longer than it may take", async () => {
		const { id, key } = await newTenant();
		const made = await makeEndpoint(key.value);
		vi.useFakeTimers();
		try {
			const { env } = listen(new Set(), () => new Promise(() => {}));
			const telling = tellEndpoint(env, id, made.id, [told()]);
			await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0), 15_000);
			await vi.advanceTimersByTimeAsync(LIMITS.eventsTellingMs);
			expect(await telling).toBe(false);
		} finally {
			vi.useRealTimers();
		}
	});
});
