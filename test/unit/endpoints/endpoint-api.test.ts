import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { pageOf } from "../../../contract/common.ts";
import { Delivery, Endpoint, NewEndpoint, Redelivered } from "../../../contract/endpoints.ts";
import { newId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { SPELLINGS } from "../../platform/private-addresses.ts";
import { ask, errorOf, newKey, newTenant, testEnv } from "../http/ask.ts";
import { answer, makeEndpoint, NOON, ok, told, URL_OF, withEndpoint } from "./endpoint-under-test.ts";

const Endpoints = pageOf(Endpoint);
const Deliveries = pageOf(Delivery);

describe("endpoints", () => {
	it("are made with a secret that is shown once, and stored sealed", async () => {
		const { key } = await newTenant();
		const made = await makeEndpoint(key.value, { events: ["run.failed", "run.failed"], description: "ops" });
		expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
		expect(new Webhook(made.secret).sign("evt_1", new Date(0), "{}")).toMatch(/^v1,/);
		const { secret, ...shown } = made;
		expect(shown).toMatchObject({ url: URL_OF, events: ["run.failed"], payload: "thin", description: "ops", status: "active" });
		expect((await ask("GET", `/v1/endpoints/${made.id}`, { key: key.value })).json).toEqual(shown);
		const list = await ask("GET", "/v1/endpoints", { key: key.value });
		expect(Endpoints.parse(list.json).data).toEqual([shown]);
		const stored = JSON.stringify(await env.DB.prepare("SELECT * FROM endpoints WHERE id = ?").bind(made.id).first());
		for (const text of [list.text, stored]) expect(text).not.toContain(secret.slice("whsec_".length));
	});

	it("change in what is given, and keep the rest", async () => {
		const { key } = await newTenant();
		const { secret: _, ...made } = await makeEndpoint(key.value);
		const change = (body: object) => ask("PATCH", `/v1/endpoints/${made.id}`, { key: key.value, body });
		const changed = Endpoint.parse((await change({ payload: "full", events: ["run.failed"] })).json);
		expect(changed).toEqual({ ...made, payload: "full", events: ["run.failed"], updatedAtMs: changed.updatedAtMs });
		expect(changed.updatedAtMs).toBeGreaterThan(made.updatedAtMs);
		expect(Endpoint.parse((await change({ url: "https://other.example.com" })).json).url).toBe("https://other.example.com/");
		expect((await change({ url: "https://10.0.0.1/" })).status).toBe(400);
		expect((await change({ status: "disabled" })).status).toBe(400);
	});

	it("have two secrets while a roll overlaps, and one after it or with none", async () => {
		const { key } = await newTenant();
		const made = await makeEndpoint(key.value);
		const roll = async (body: object) =>
			NewEndpoint.parse((await ask("POST", `/v1/endpoints/${made.id}/roll`, { key: key.value, body })).json);
		const first = await roll({});
		expect(first.secret).not.toBe(made.secret);
		expect(first.previousSecretUntilMs).toBeGreaterThan(Date.now() + 86_000_000);
		expect((await roll({ overlapSeconds: 0 })).previousSecretUntilMs).toBeNull();
		const over = await ask("POST", `/v1/endpoints/${made.id}/roll`, { key: key.value, body: { overlapSeconds: 604_801 } });
		expect(over.status).toBe(400);
	});

	it("of a tenant are at most fifty", async () => {
		const { key, id } = await newTenant();
		const made = await makeEndpoint(key.value);
		for (let count = 1; count < LIMITS.endpointsPerTenant; count += 1)
			await env.DB.prepare(
				"INSERT INTO endpoints SELECT ?, tenant_id, status, settings, sealed, secret_version, NULL, NULL, NULL, NULL, 1, 1 FROM endpoints WHERE id = ?",
			)
				.bind(newId("end"), made.id)
				.run();
		const body = { url: URL_OF, events: ["*"] };
		const over = await ask("POST", "/v1/endpoints", { key: key.value, body });
		expect([over.status, errorOf(over).message]).toEqual([409, expect.stringContaining("has 50 endpoints")]);
		expect((await ask("DELETE", `/v1/endpoints/${made.id}`, { key: key.value })).status).toBe(200);
		expect((await ask("POST", "/v1/endpoints", { key: key.value, body })).status).toBe(201);
		const rows = await env.DB.prepare("SELECT count(*) AS count FROM endpoints WHERE tenant_id = ?").bind(id).first();
		expect(rows).toEqual({ count: LIMITS.endpointsPerTenant });
	});

	it("lie at public addresses, over https, with no name, password or fragment, and not at this API", async () => {
		const { key } = await newTenant();
		const refusalOf = async (url: string): Promise<string> => {
			const answered = await ask("POST", "/v1/endpoints", { key: key.value, body: { url, events: ["*"] } });
			return `${answered.status} ${answered.status === 400 ? errorOf(answered).message : answered.text}`;
		};
		for (const spelling of SPELLINGS)
			expect(await refusalOf(`https://${spelling}/hook`), spelling).toMatch(/^400 making an endpoint: url: /);
		expect(await refusalOf("http://receiver.example.com/")).toContain("its scheme is http, wanted https");
		const loopback = await refusalOf("http://127.0.0.1:4000/hook");
		expect(loopback).toContain("the operator opens it with CORDON_DEV_ALLOW=127.0.0.1:4000;");
		expect(loopback).not.toContain("grant");
		expect(await refusalOf("https://user:pass@receiver.example.com/")).toContain("a user name or a password");
		expect(await refusalOf("https://receiver.example.com/#part")).toContain("a fragment");
		expect(await refusalOf("ftp://receiver.example.com/")).toContain("neither https nor http");
		expect(await refusalOf("receiver.example.com")).toContain("no absolute URL");
		expect(await refusalOf(`https://receiver.example.com/${"a".repeat(LIMITS.urlChars)}`)).toContain("400");
	});

	it("with http, or at this machine, are taken where the operator opened the host, and at this API only its hooks", async () => {
		const { key } = await newTenant();
		const opened = { ...testEnv, DEVELOPMENT_HOSTS: "127.0.0.1:4000,cordon.test:80" };
		const statusOf = async (url: string): Promise<number> =>
			(await ask("POST", "/v1/endpoints", { key: key.value, body: { url, events: ["*"] }, env: opened })).status;
		expect(await statusOf("http://127.0.0.1:4000/hook")).toBe(201);
		expect(await statusOf("http://127.0.0.1:4001/hook")).toBe(400);
		expect(await statusOf("http://cordon.test/v1/runs")).toBe(400);
		expect(await statusOf("http://cordon.test/hooks/trg_1")).toBe(201);
	});

	it("want types that there are", async () => {
		const { key } = await newTenant();
		for (const events of [[], ["run.exploded"], "*", ["*", 7]])
			expect((await ask("POST", "/v1/endpoints", { key: key.value, body: { url: URL_OF, events } })).status).toBe(400);
	});
});

describe("an endpoint that is tried", () => {
	it("is sent an event that says so, whatever it wants to be told, and the delivery can be read at once", () =>
		withEndpoint(async ({ world, secret, api }) => {
			const change = await api("PATCH", `/v1/endpoints/${world.identity.endpointId}`, { events: ["run.failed"], payload: "full" });
			expect(change.status).toBe(200);
			const tried = await world.object.sendTest(world.identity);
			await world.settle();
			const [request] = world.seen;
			const headers = { id: request?.headers.get("webhook-id") ?? "", signature: request?.headers.get("webhook-signature") };
			expect(headers).toEqual({ id: tried?.event, signature: new Webhook(secret).sign(headers.id, new Date(NOON), request?.body ?? "") });
			expect(JSON.parse(request?.body ?? "")).toEqual({
				type: "endpoint.test",
				timestamp: new Date(NOON).toISOString(),
				data: { id: tried?.event, agent: null, run: null, endpoint: world.identity.endpointId },
			});
			expect(world.seen).toHaveLength(1);
			expect((await api("GET", `/v1/deliveries/${tried?.id}`)).json).toMatchObject({
				id: tried?.id,
				type: "endpoint.test",
				status: "succeeded",
			});
		}));

	it("answers with its delivery, which is no event of the tenant's", async () => {
		const { key } = await newTenant();
		const [made, other] = [await makeEndpoint(key.value), await makeEndpoint(key.value)];
		const answered = await ask("POST", `/v1/endpoints/${made.id}/test`, { key: key.value });
		const delivery = Delivery.parse(answered.json);
		expect([answered.status, delivery.endpoint, delivery.type]).toEqual([202, made.id, "endpoint.test"]);
		expect((await ask("GET", `/v1/deliveries/${delivery.id}`, { key: key.value })).status).toBe(200);
		expect(Deliveries.parse((await ask("GET", `/v1/deliveries?endpoint=${other.id}`, { key: key.value })).json).data).toEqual([]);
		expect((await ask("GET", "/v1/events", { key: key.value })).json).toEqual({ data: [], nextCursor: null });
	});

	it("is active, of the tenant, and tried with the scope for writing", async () => {
		const [{ key }, stranger] = [await newTenant(), await newTenant()];
		const made = await makeEndpoint(key.value);
		const reader = await newKey(key.value, { scopes: ["read:webhooks"] });
		const statusFor = async (value: string): Promise<number> => (await ask("POST", `/v1/endpoints/${made.id}/test`, { key: value })).status;
		expect([await statusFor(stranger.key.value), await statusFor(reader.value)]).toEqual([404, 403]);
		expect((await ask("POST", `/v1/endpoints/${made.id}/disable`, { key: key.value })).status).toBe(200);
		expect(errorOf(await ask("POST", `/v1/endpoints/${made.id}/test`, { key: key.value })).code).toBe("conflict");
		expect(Deliveries.parse((await ask("GET", "/v1/deliveries", { key: key.value })).json).data).toEqual([]);
	});
});

describe("deliveries", () => {
	it("are listed newest first, by endpoint, status and event, page by page, and only to their tenant", () =>
		withEndpoint(async ({ world, api }) => {
			const [first, second, third] = [told(), told(), told()];
			await world.take(first, second);
			world.receiver = answer(500);
			world.nowMs += 1;
			await world.take(third);
			await world.object.alarm();
			const listed = async (query: string) => Deliveries.parse((await api("GET", `/v1/deliveries?${query}`)).json);
			const ofEndpoint = `endpoint=${world.identity.endpointId}`;
			expect((await listed(ofEndpoint)).data.map(({ event }) => event)[0]).toBe(third.event.id);
			expect((await listed(`${ofEndpoint}&status=succeeded`)).data).toHaveLength(2);
			expect((await listed(`status=pending`)).data.map(({ event }) => event)).toEqual([third.event.id]);
			expect((await listed(`event=${first.event.id}`)).data).toMatchObject([{ event: first.event.id, status: "succeeded" }]);
			const page = await listed("limit=2");
			expect([page.data.length, (await listed(`limit=2&cursor=${page.nextCursor}`)).data.length]).toEqual([2, 1]);
			expect((await listed(`endpoint=${newId("end")}`)).data).toEqual([]);
			const { key } = await newTenant();
			expect(Deliveries.parse((await ask("GET", "/v1/deliveries", { key: key.value })).json).data).toEqual([]);
			const { id } = await world.delivery(first.event);
			expect((await ask("GET", `/v1/deliveries/${id}`, { key: key.value })).status).toBe(404);
			expect((await api("GET", `/v1/deliveries/${id}`)).json).toEqual(await world.delivery(first.event));
		}));

	it("that succeeded are made again with the same id and body, and with all the time of a new one", () =>
		withEndpoint(async ({ world }) => {
			const event = told();
			await world.take(event);
			const { id } = await world.delivery(event.event);
			world.nowMs += 3 * 24 * 3_600_000;
			world.receiver = answer(500);
			expect(await world.object.redeliver(world.identity, id)).toMatchObject({ id, status: "pending", endedAtMs: null });
			await world.settle();
			expect(await world.delivery(event.event)).toMatchObject({ status: "pending", attemptCount: 2, nextAtMs: world.nowMs + 3_750 });
			world.receiver = ok;
			await world.ringUntil(world.nowMs + 3_750);
			expect((await world.delivery(event.event)).status).toBe("succeeded");
			expect(new Set(world.seen.map(({ headers, body }) => `${headers.get("webhook-id")} ${body}`)).size).toBe(1);
			expect(await world.object.redeliver(world.identity, `${id}x`)).toBeNull();
		}));

	it("of a time are made again: those that failed, or all, a thousand at once, and the rest with the cursor", () =>
		withEndpoint(async ({ world, api }) => {
			world.sql.exec(
				`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				INSERT INTO deliveries (id, event_id, type, status, revision, body, hops, due_at_ms, is_under_way, tries, attempt_count, attempts, created_at_ms, ended_at_ms)
				SELECT 'dlv_' || printf('%026d', i) || 'aaaaaaaaaaaaaaaa', 'e' || i, 't', iif(i % 2, 'failed', 'succeeded'), 1, '{}', 0, NULL, 0, 0, 0, '[]', i, i FROM n`,
				2 * LIMITS.redeliveredAtOnce + 10,
			);
			const again = async (body: object) => {
				const answered = await api("POST", `/v1/endpoints/${world.identity.endpointId}/redeliver`, body);
				expect(answered.status, answered.text).toBe(200);
				return Redelivered.parse(answered.json);
			};
			// Far from now, for the object that the API asks: nothing of it is due by the runtime's clock.
			const due = (): unknown => world.sql.exec("SELECT count(*) AS count FROM deliveries WHERE status = 'pending'").one()["count"];
			const failed = { fromMs: 1, toMs: 2_000 };
			expect(await again({ ...failed, toMs: 0, fromMs: 0 })).toEqual({ count: 0, nextCursor: null });
			world.sql.exec("UPDATE deliveries SET is_under_way = 1");
			expect(await again({ ...failed, fromMs: 11, toMs: 20 })).toEqual({ count: 5, nextCursor: null });
			expect(due()).toBe(5);
			const first = await again({ fromMs: 0, toMs: NOON, status: "all" });
			expect([first.count, typeof first.nextCursor]).toEqual([LIMITS.redeliveredAtOnce, "string"]);
			const second = await again({ fromMs: 0, toMs: NOON, status: "all", cursor: first.nextCursor });
			expect(second.count).toBe(LIMITS.redeliveredAtOnce);
			const third = await again({ fromMs: 0, toMs: NOON, status: "all", cursor: second.nextCursor });
			expect(third).toEqual({ count: 5, nextCursor: null });
			expect(due()).toBe(2 * LIMITS.redeliveredAtOnce + 10);
			const wrong = await api("POST", `/v1/endpoints/${world.identity.endpointId}/redeliver`, { fromMs: 2, toMs: 1 });
			expect(wrong.status).toBe(400);
		}));

	it("are read with the scope for it, and made again with the one for writing", async () => {
		const { key } = await newTenant();
		const reader = await newKey(key.value, { scopes: ["read:webhooks"] });
		const made = await makeEndpoint(key.value);
		expect((await ask("GET", "/v1/deliveries", { key: reader.value })).status).toBe(200);
		const denied = await ask("POST", `/v1/endpoints/${made.id}/redeliver`, { key: reader.value, body: { fromMs: 0, toMs: 1 } });
		expect(denied.status).toBe(403);
	});
});
