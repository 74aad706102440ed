import { describe, expect, it } from "vitest";
import { Endpoint } from "../../../contract/endpoints.ts";
import type { TenantEvent } from "../../../contract/events.ts";
import { listTenantEvents } from "../../../worker/ledger/tenant-events.ts";
import { errorOf, testEnv } from "../http/ask.ts";
import { answer, type EndpointScene, hang, makeEndpoint, NOON, ok, told, withEndpoint } from "./endpoint-under-test.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const endpointOf = async ({ world, api }: EndpointScene): Promise<Endpoint> =>
	Endpoint.parse((await api("GET", `/v1/endpoints/${world.identity.endpointId}`)).json);
const eventsOf = ({ world }: EndpointScene): Promise<TenantEvent[]> =>
	listTenantEvents(testEnv.DB, world.identity.tenantId, { type: "endpoint.disabled", agentId: null, before: null, most: 10 });

describe("an endpoint", () => {
	it("that answers 410 is disabled at once, its tenant is told, and what waits is cancelled", () =>
		withEndpoint(async (scene) => {
			const { world } = scene;
			world.receiver = answer(503);
			const [waiting, last] = [told(), told()];
			await world.take(waiting);
			world.receiver = answer(410);
			await world.take(last);
			expect(await world.delivery(last.event)).toMatchObject({
				status: "failed",
				attempts: [{ status: 410, error: "status", nextAtMs: null }],
			});
			expect((await world.delivery(waiting.event)).status).toBe("cancelled");
			expect(await endpointOf(scene)).toMatchObject({ status: "disabled", disabledReason: "gone", disabledAtMs: NOON });
			expect(await eventsOf(scene)).toMatchObject([
				{ agent: null, run: null, atMs: NOON, data: { endpoint: world.identity.endpointId, reason: "gone" } },
			]);
			await world.ringUntil(NOON + DAY);
			expect(world.seen).toHaveLength(2);
			expect(await eventsOf(scene)).toHaveLength(1);
		}));

	it("that fails for five days is disabled when a delivery is given up after that, and not before", () =>
		withEndpoint(async (scene) => {
			const { world } = scene;
			world.receiver = answer(500);
			for (let hour = 0; hour < 5 * 24; hour += 12) {
				await world.ringUntil(NOON + hour * HOUR);
				await world.take(told());
			}
			await world.ringUntil(NOON + 5 * DAY - 1);
			expect((await endpointOf(scene)).status).toBe("active");
			await world.ringUntil(NOON + 6 * DAY);
			const disabled = await endpointOf(scene);
			expect(disabled).toMatchObject({ status: "disabled", disabledReason: "failing" });
			expect(disabled.disabledAtMs).toBeLessThan(NOON + 5.5 * DAY);
			expect(await eventsOf(scene)).toMatchObject([{ data: { reason: "failing", failingSinceMs: NOON } }]);
			const tried = world.seen.length;
			await world.ringUntil(NOON + 8 * DAY);
			expect(world.seen).toHaveLength(tried);
		}));

	it("is not disabled when one delivery succeeded within five days, nor by one attempt after a quiet week", () =>
		withEndpoint(async (scene) => {
			const { world } = scene;
			for (let day = 0; day < 9; day += 1) {
				world.receiver = day === 4 ? ok : answer(500);
				await world.ringUntil(NOON + day * DAY);
				await world.take(told());
			}
			expect((await endpointOf(scene)).status).toBe("active");
		}).then(() =>
			withEndpoint(async (scene) => {
				const { world } = scene;
				world.receiver = answer(500);
				await world.take(told());
				await world.ringUntil(NOON + 10 * DAY);
				await world.take(told());
				expect((await endpointOf(scene)).status).toBe("active");
				world.receiver = ok;
				await world.ringUntil(NOON + 11 * DAY);
				expect((await endpointOf(scene)).status).toBe("active");
			}),
		));

	it("is disabled, and its tenant told, also when D1 was away and the object died in between", () =>
		withEndpoint(async (scene) => {
			const { world } = scene;
			await world.take(told());
			world.receiver = () => {
				world.isD1Away = true;
				return new Response(null, { status: 410 });
			};
			await world.take(told());
			await world.ring();
			world.isD1Away = false;
			expect((await endpointOf(scene)).status).toBe("active");
			world.wake();
			await world.ringUntil(world.nowMs + 60_000);
			expect((await endpointOf(scene)).disabledReason).toBe("gone");
			expect(await eventsOf(scene)).toHaveLength(1);
		}));

	it("that was changed since it answered 410 stays as it is", () =>
		withEndpoint(async (scene) => {
			const { world, api } = scene;
			world.receiver = async () => {
				const url = "https://elsewhere.example.com/";
				expect((await api("PATCH", `/v1/endpoints/${world.identity.endpointId}`, { url })).status).toBe(200);
				return new Response(null, { status: 410 });
			};
			await world.take(told());
			expect((await endpointOf(scene)).status).toBe("active");
			expect(await eventsOf(scene)).toEqual([]);
		}));

	it("that its tenant enabled again is not disabled a second time by what it answered before", () =>
		withEndpoint(async (scene) => {
			const { world, api } = scene;
			world.receiver = answer(410);
			await world.take(told());
			const { endpointId } = world.identity;
			const before = String(world.sql.exec("SELECT facts FROM facts").one()["facts"]);
			expect(before).toContain('"disabling":null');
			const [event] = await eventsOf(scene);
			expect((await api("POST", `/v1/endpoints/${endpointId}/enable`)).status).toBe(200);
			await api("PATCH", `/v1/endpoints/${endpointId}`, { events: ["run.failed"] });
			const disabling = {
				eventId: event?.id,
				reason: "gone",
				atMs: NOON,
				failingSinceMs: NOON,
				readAtMs: (await endpointOf(scene)).updatedAtMs,
				hops: 0,
			};
			world.sql.exec("UPDATE facts SET facts = json_set(facts, '$.disabling', json(?))", JSON.stringify(disabling));
			world.wake();
			await world.object.alarm();
			expect((await endpointOf(scene)).status).toBe("active");
			expect(await eventsOf(scene)).toHaveLength(1);
		}));

	it("that is disabled is sent nothing; what was cancelled can be made again once it is enabled", () =>
		withEndpoint(async (scene) => {
			const { world, api } = scene;
			const path = `/v1/endpoints/${world.identity.endpointId}`;
			world.receiver = answer(500);
			const [first, second] = [told(), told()];
			await world.take(first);
			expect(Endpoint.parse((await api("POST", `${path}/disable`)).json)).toMatchObject({ status: "disabled", disabledReason: "tenant" });
			expect((await world.delivery(first.event)).status).toBe("cancelled");
			await world.take(second);
			expect((await world.delivery(second.event)).status).toBe("cancelled");
			expect(world.seen).toHaveLength(1);
			const { id } = await world.delivery(first.event);
			await world.object.alarm();
			const refused = await api("POST", `/v1/deliveries/${id}/redeliver`);
			expect([refused.status, refused.text]).toEqual([409, expect.stringContaining("its endpoint is disabled")]);
			const untried = await api("POST", `${path}/test`);
			for (const each of [refused, untried]) expect([each.status, errorOf(each).hint]).toEqual([409, `Enable it: POST ${path}/enable`]);
			expect(Endpoint.parse((await api("POST", `${path}/enable`)).json)).toMatchObject({
				status: "active",
				disabledReason: null,
				disabledAtMs: null,
			});
			world.receiver = ok;
			await world.object.redeliverRange({ fromMs: NOON, toMs: NOON, all: false, after: null });
			await world.settle();
			for (const { event } of [first, second]) expect((await world.delivery(event)).status).toBe("succeeded");
		}));

	it("that is deleted is sent nothing more, and an attempt under way may still succeed", () =>
		withEndpoint(async ({ world, api }) => {
			world.attemptMs = 60_000;
			let answerNow = (): void => {};
			world.receiver = () => new Promise((resolve) => (answerNow = () => resolve(new Response("ok"))));
			const event = told();
			const taking = world.take(event);
			await world.object.describe(world.identity, "");
			while (world.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
			expect((await api("DELETE", `/v1/endpoints/${world.identity.endpointId}`)).status).toBe(200);
			await world.object.close(world.identity);
			expect((await world.delivery(event.event)).status).toBe("cancelled");
			answerNow();
			await taking;
			while ((await world.delivery(event.event)).status === "cancelled") await new Promise((resolve) => setTimeout(resolve, 1));
			expect((await world.delivery(event.event)).status).toBe("succeeded");
			await world.take(told());
			expect(world.seen).toHaveLength(1);
			world.receiver = hang;
		}));

	it("that is disabled while an attempt is under way is not tried again when that fails", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = async () => {
				await world.object.close(world.identity);
				return new Response(null, { status: 500 });
			};
			const event = told();
			await world.take(event);
			while ((await world.delivery(event.event)).attemptCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
			expect(await world.delivery(event.event)).toMatchObject({
				status: "cancelled",
				nextAtMs: null,
				attempts: [{ status: 500, nextAtMs: null }],
			});
		}));

	it("tells the tenant's other endpoints that it was disabled", () =>
		withEndpoint(async ({ world, api, key }) => {
			const other = await makeEndpoint(key, { events: ["endpoint.disabled"] });
			// Its own object sends from a real network: to where nothing is sent.
			await testEnv.DB.prepare("UPDATE endpoints SET settings = json_set(settings, '$.url', 'https://127.0.0.1/') WHERE id = ?")
				.bind(other.id)
				.run();
			world.receiver = answer(410);
			await world.take(told());
			const listed = async (): Promise<string> => (await api("GET", `/v1/deliveries?endpoint=${other.id}`)).text;
			while (!(await listed()).includes("endpoint.disabled")) await new Promise((resolve) => setTimeout(resolve, 20));
			expect(await listed()).toContain('"type":"endpoint.disabled"');
			expect((await api("DELETE", `/v1/endpoints/${other.id}`)).status).toBe(200);
		}));
});
