import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { z } from "zod";
import { type CreateEndpoint, type Delivery, NewEndpoint } from "../../../contract/endpoints.ts";
import type { ToldEvent } from "../../../contract/events.ts";
import { newId } from "../../../contract/ids.ts";
import { EndpointObject } from "../../../worker/endpoints/endpoint-object.ts";
import type { EndpointIdentity } from "../../../worker/endpoints/endpoint-facts.ts";
import { endpointObject } from "../../../worker/endpoints/tell-endpoints.ts";
import type { EndpointPort, Env } from "../../../worker/env.ts";
import { ask, newTenant, testEnv } from "../http/ask.ts";

/** A day to come, so that no alarm of the runtime's own clock comes between. */
export const NOON = Date.UTC(2030, 5, 1, 12);
/** As long as a busy machine may take, and less than a test may. */
const PATIENCE = { timeout: 15_000, interval: 2 };
export const URL_OF = "https://receiver.example.com/hook";

/** A request as it came to the receiver. */
export interface Seen {
	readonly url: string;
	readonly method: string;
	readonly headers: Headers;
	readonly body: string;
	readonly redirect: string;
}

type Receiver = (request: Request) => Response | Promise<Response>;
export const ok: Receiver = () => new Response("thanks");
export const answer =
	(status: number, headers: Record<string, string> = {}): Receiver =>
	() =>
		new Response(`status ${status}`, { status, headers });
/** Never answers. */
export const hang: Receiver = (request) =>
	new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("aborted"))));

class EndpointWithWorld extends EndpointObject {
	world: EndpointWorld | null = null;

	protected override now(): number {
		return this.world?.nowMs ?? NOON;
	}
	protected override random(): number {
		return 0.5;
	}
	protected override attemptMs(): number {
		return this.world?.attemptMs ?? 1_000;
	}
	protected override objectBytes(): number {
		return super.objectBytes() + (this.world?.ballastBytes ?? 0);
	}
	protected override async setAlarm(atMs: number): Promise<void> {
		if (this.world !== null) this.world.alarmAtMs = Math.min(this.world.alarmAtMs ?? atMs, atMs);
	}
}

/** One endpoint's object on real storage and a real registry, with a clock and a receiver of the test's. */
export class EndpointWorld {
	nowMs = NOON;
	attemptMs = 10_000;
	/** The alarm that is set; the test is the clock. */
	alarmAtMs: number | null = null;
	/** What becomes of what is sent. */
	receiver: Receiver = ok;
	readonly seen: Seen[] = [];
	readonly identity: EndpointIdentity;
	readonly sql: SqlStorage;
	/** What the object has beside what is in its storage, bytes. */
	ballastBytes = 0;
	/** Whether D1 takes anything. */
	isD1Away = false;
	object: EndpointObject;
	readonly #context: DurableObjectState;

	constructor(context: DurableObjectState, identity: EndpointIdentity) {
		this.#context = context;
		this.sql = context.storage.sql;
		this.identity = identity;
		this.object = this.wake();
	}

	/** The object as it comes back after it died: nothing but its storage. What the one before it still does is lost. */
	wake(): EndpointObject {
		const object = new EndpointWithWorld(this.#context, this.#env());
		object.world = this;
		this.object = object;
		return object;
	}

	/** Tells the object of events, and waits until the attempts that begin with that are over. @returns their ids */
	async take(...told: readonly ToldEvent[]): Promise<void> {
		await this.object.take(this.identity, "thin", told);
		await this.settle();
	}

	/** Waits until nothing is being tried. */
	async settle(): Promise<void> {
		await vi.waitFor(() => expect(this.sql.exec("SELECT id FROM deliveries WHERE is_under_way = 1").toArray()).toEqual([]), PATIENCE);
	}

	/** Waits until so many requests have come. */
	async hasSeen(count: number): Promise<void> {
		await vi.waitFor(() => expect(this.seen).toHaveLength(count), PATIENCE);
	}

	/** Lets the time pass until the alarm, and has it ring. @returns false: none is set */
	async ring(): Promise<boolean> {
		if (this.alarmAtMs === null) return false;
		this.nowMs = Math.max(this.nowMs, this.alarmAtMs);
		this.alarmAtMs = null;
		await this.object.alarm();
		await this.settle();
		return true;
	}

	/** Rings until a moment has come, or something has happened. */
	async ringUntil(untilMs: number, isEnough: () => Promise<boolean> = async () => false): Promise<void> {
		for (let rings = 0; rings < 10_000; rings += 1) {
			if ((this.alarmAtMs ?? Number.POSITIVE_INFINITY) > untilMs) break;
			await this.ring();
			if (await isEnough()) return;
		}
		this.nowMs = Math.max(this.nowMs, untilMs);
	}

	/** The delivery of an event. @throws when there is none */
	async delivery(event: { id: string }): Promise<Delivery> {
		const row = this.sql.exec("SELECT id FROM deliveries WHERE event_id = ?", event.id).toArray()[0];
		const delivery = row === undefined ? null : await this.object.describe(this.identity, String(row["id"]));
		if (delivery === null) throw new Error("found no delivery of the event");
		return delivery;
	}

	#env(): Env {
		return {
			...testEnv,
			DB: new Proxy(env.DB, {
				get: (db, name) => {
					if (this.isD1Away) throw new Error("D1_ERROR: it is away");
					const member: unknown = Reflect.get(db, name);
					return typeof member === "function" ? member.bind(db) : member;
				},
			}),
			EGRESS: {
				fetch: async (input, init) => {
					const request = new Request(input, init);
					const { url, method, headers, redirect } = request;
					this.seen.push({ url, method, headers, body: await request.clone().text(), redirect });
					return this.receiver(request);
				},
				connect: () => {
					throw new Error("found a socket, wanted none");
				},
			},
		};
	}
}

/** An event as endpoints are told of it: an agent was disabled. */
export const told = (event: { readonly id?: string; readonly atMs?: number } = {}, rest: Partial<ToldEvent> = {}): ToldEvent => ({
	event: {
		...{ id: newId("evt"), atMs: NOON - 1_000, agent: newId("agt"), run: null, ...event },
		...{ type: "agent.disabled", data: { cancelledRuns: 0, callsInFlight: 0 } },
	},
	result: null,
	hops: 0,
	...rest,
});

export interface EndpointScene {
	readonly world: EndpointWorld;
	readonly secret: string;
	readonly key: string;
	/** Asks the API as the endpoint's tenant. */
	api(method: string, path: string, body?: unknown): ReturnType<typeof ask>;
}

export const makeEndpoint = async (key: string, settings: Partial<z.input<typeof CreateEndpoint>> = {}): Promise<NewEndpoint> => {
	const made = await ask("POST", "/v1/endpoints", { key, body: { url: URL_OF, events: ["*"], ...settings } });
	expect(made.status, made.text).toBe(201);
	return NewEndpoint.parse(made.json);
};

/** Runs something with an endpoint of a tenant of its own. */
export const withEndpoint = async (work: (scene: EndpointScene) => Promise<void>): Promise<void> => {
	const { id: tenantId, key } = await newTenant();
	const endpoint = await makeEndpoint(key.value);
	const identity = { tenantId, endpointId: endpoint.id };
	await runInDurableObject(stubOf(endpointObject(env, tenantId, endpoint.id)), async (_instance, context) => {
		const api = (method: string, path: string, body?: unknown) =>
			ask(method, path, { key: key.value, ...(body === undefined ? {} : { body }) });
		await work({ world: new EndpointWorld(context, identity), secret: endpoint.secret, key: key.value, api });
		await context.storage.deleteAlarm();
	});
};

const isStub = (object: EndpointPort): object is EndpointPort & DurableObjectStub => "id" in object && "fetch" in object;
const stubOf = (object: EndpointPort): DurableObjectStub => {
	if (!isStub(object)) throw new Error("found no stub");
	return object;
};
