import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { NewEndpoint } from "../../../contract/endpoints.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { findDeliveryCopy } from "../../../worker/endpoints/delivery-archive.ts";
import { sealSigningSecret } from "../../../worker/endpoints/signing-secret.ts";
import { testEnv } from "../http/ask.ts";
import { answer, hang, makeEndpoint, NOON, ok, told, withEndpoint } from "./endpoint-under-test.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const signatureOf = (secret: string, id: string, atMs: number, body: string): string => new Webhook(secret).sign(id, new Date(atMs), body);

describe("a delivery", () => {
	it("that was under way when its object died is made again, with the same id", () =>
		withEndpoint(async ({ world }) => {
			world.attemptMs = 60_000;
			world.receiver = hang;
			const event = told();
			await world.object.take(world.identity, "thin", [event]);
			await world.hasSeen(1);
			expect((await world.delivery(event.event)).attemptCount).toBe(0);
			expect(world.alarmAtMs).toBeLessThanOrEqual(NOON + LIMITS.deliveryGraceMs);
			world.receiver = ok;
			world.wake();
			await world.object.alarm();
			await world.settle();
			expect(world.seen).toHaveLength(2);
			expect(new Set(world.seen.map(({ headers }) => headers.get("webhook-id")))).toEqual(new Set([event.event.id]));
			expect(await world.delivery(event.event)).toMatchObject({ status: "succeeded", attemptCount: 1 });
		}));

	it("that is under way for long is made once: its object is looked at, and lives", () =>
		withEndpoint(async ({ world }) => {
			world.attemptMs = 60_000;
			let answerNow = (): void => {};
			world.receiver = () =>
				new Promise((resolve) => {
					answerNow = () => resolve(new Response("at last"));
				});
			const event = told();
			await world.object.take(world.identity, "thin", [event]);
			await world.hasSeen(1);
			for (let looks = 0; looks < 4; looks += 1) {
				const before = world.nowMs;
				world.nowMs = world.alarmAtMs ?? 0;
				world.alarmAtMs = null;
				await world.object.alarm();
				expect(world.nowMs).toBeGreaterThan(before);
			}
			answerNow();
			await world.settle();
			expect(world.seen).toHaveLength(1);
			expect(await world.delivery(event.event)).toMatchObject({ status: "succeeded", attemptCount: 1 });
		}));

	it("is not sent when its endpoint's secret does not open, which says nothing about the endpoint", () =>
		withEndpoint(async ({ world, key }) => {
			const other = await makeEndpoint(key);
			const { endpointId } = world.identity;
			await testEnv.DB.prepare("UPDATE endpoints SET sealed = (SELECT sealed FROM endpoints WHERE id = ?) WHERE id = ?")
				.bind(other.id, endpointId)
				.run();
			const event = told();
			await world.take(event);
			expect(world.seen).toEqual([]);
			expect(await world.delivery(event.event)).toMatchObject({
				status: "pending",
				attempts: [{ error: "platform_failed", status: null }],
			});
			expect(String(world.sql.exec("SELECT facts FROM facts").one()["facts"])).toContain('"failingSinceMs":null');
		}));

	it("is not sent when its endpoint's secret is none, which says nothing about the endpoint either", () =>
		withEndpoint(async ({ world }) => {
			const { tenantId, endpointId } = world.identity;
			const sealed = await sealSigningSecret(testEnv, tenantId, endpointId, 1, "whsec_");
			await testEnv.DB.prepare("UPDATE endpoints SET sealed = ? WHERE id = ?").bind(sealed, endpointId).run();
			const event = told();
			await world.take(event);
			expect(world.seen).toEqual([]);
			expect(await world.delivery(event.event)).toMatchObject({ status: "pending", attempts: [{ error: "platform_failed" }] });
		}));

	it("is not sent where the guard refuses the address, whatever was stored", () =>
		withEndpoint(async ({ world }) => {
			await testEnv.DB.prepare("UPDATE endpoints SET settings = json_set(settings, '$.url', 'https://169.254.169.254/') WHERE id = ?")
				.bind(world.identity.endpointId)
				.run();
			const event = told();
			await world.take(event);
			expect(world.seen).toEqual([]);
			expect(await world.delivery(event.event)).toMatchObject({ status: "pending", attempts: [{ error: "address_refused" }] });
		}));

	it("is signed with the new secret alone once a roll's overlap is over", () =>
		withEndpoint(async ({ world, api, secret }) => {
			const rolled = await api("POST", `/v1/endpoints/${world.identity.endpointId}/roll`, { overlapSeconds: 3_600 });
			const next = NewEndpoint.parse(rolled.json);
			const at = async (nowMs: number): Promise<string> => {
				world.nowMs = nowMs;
				await world.take(told());
				return world.seen.at(-1)?.headers.get("webhook-signature") ?? "";
			};
			const untilMs = next.previousSecretUntilMs ?? 0;
			const during = await at(untilMs - 1);
			const { headers, body } = world.seen[0] ?? { headers: new Headers(), body: "" };
			const id = headers.get("webhook-id") ?? "";
			expect(during).toBe(`${signatureOf(next.secret, id, untilMs - 1, body)} ${signatureOf(secret, id, untilMs - 1, body)}`);
			expect((await at(untilMs)).split(" ")).toHaveLength(1);
		}));

	it("does not wait for another one, and at most six are under way at once", () =>
		withEndpoint(async ({ world }) => {
			let [atOnce, most] = [0, 0];
			const full = Promise.withResolvers<void>();
			world.receiver = async () => {
				atOnce += 1;
				most = Math.max(most, atOnce);
				if (atOnce === LIMITS.deliveriesAtOnce) full.resolve();
				await full.promise;
				// A seventh would come before one of the six has gone.
				await new Promise((resolve) => setTimeout(resolve, 5));
				atOnce -= 1;
				return new Response(null);
			};
			const events = Array.from({ length: 20 }, () => told());
			await world.take(...events);
			expect(most).toBe(LIMITS.deliveriesAtOnce);
			for (const { event } of events) expect((await world.delivery(event)).status).toBe("succeeded");
			expect(world.seen.map(({ headers }) => headers.get("webhook-id"))).toEqual(events.map(({ event }) => event.id));
		}));

	it("is listed in D1 as it is, also when D1 was away meanwhile", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = answer(500);
			const event = told();
			await world.take(event);
			world.isD1Away = true;
			await world.ring();
			world.isD1Away = false;
			world.receiver = ok;
			world.wake();
			await world.ringUntil(NOON + HOUR);
			const delivery = await world.delivery(event.event);
			expect(delivery.status).toBe("succeeded");
			expect(await findDeliveryCopy(testEnv.DB, world.identity.tenantId, delivery.id)).toEqual(delivery);
		}));

	it("that is over is forgotten sooner when there are too many, the oldest first, and none that waits or that D1 does not have", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = answer(500);
			const [waiting, over, last] = [told(), told(), told()];
			await world.take(waiting);
			world.receiver = ok;
			await world.take(over);
			const { id } = await world.delivery(over.event);
			world.sql.exec(
				`INSERT INTO deliveries (seq, id, event_id, type, status, revision, body, hops, is_under_way, tries, attempt_count, attempts, created_at_ms, ended_at_ms)
				VALUES (?, 'filler', 'filler', 't', 'succeeded', 1, '{}', 0, 0, 0, 1, '[]', 0, ${NOON})`,
				LIMITS.deliveriesKept + 1,
			);
			world.isD1Away = true;
			await world.object.alarm();
			expect((await world.delivery(over.event)).id).toBe(id);
			world.isD1Away = false;
			await world.object.alarm();
			await world.object.alarm();
			expect((await world.delivery(over.event)).id).toBe(id);
			await world.take(last);
			await world.object.alarm();
			await world.object.alarm();
			expect(await world.object.describe(world.identity, id)).toBeNull();
			for (const { event } of [waiting, last]) expect((await world.delivery(event)).event).toBe(event.id);
		}));

	it("that finds no room among those that wait has failed at once, is there, and can be made again", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = answer(500);
			const [first, second] = [told(), told()];
			await world.take(first);
			world.sql.exec(
				`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				INSERT INTO deliveries (id, event_id, type, status, revision, body, hops, due_at_ms, is_under_way, tries, attempt_count, attempts, created_at_ms)
				SELECT 'filler' || i, 'filler' || i, 't', 'pending', 1, '{}', 0, ${NOON + DAY}, 0, 0, 0, '[]', 0 FROM n`,
				LIMITS.deliveriesWaiting - 1,
			);
			await world.take(second);
			const turned = await world.delivery(second.event);
			expect(turned).toMatchObject({ status: "failed", attemptCount: 0, attempts: [{ error: "backlog_full", status: null }] });
			world.sql.exec("DELETE FROM deliveries WHERE id LIKE 'filler%'");
			world.receiver = ok;
			await world.object.redeliver(world.identity, turned.id);
			await world.settle();
			expect((await world.delivery(second.event)).status).toBe("succeeded");
		}));

	it("for which an object that is too large has no room has failed at once; the oldest that are over make room first, as many as D1 has", () =>
		withEndpoint(async ({ world }) => {
			/** Deliveries of about 40 MB that are over, the first of them the oldest, and what the object has without them. */
			const before = world.sql.databaseSize;
			const fill = (name: string) =>
				world.sql.exec(
					`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
					INSERT INTO deliveries (id, event_id, type, status, revision, body, hops, is_under_way, tries, attempt_count, attempts, created_at_ms, ended_at_ms)
					SELECT ?1 || i, ?1 || i, 't', 'succeeded', 1, printf('%.*c', 40000, 'x'), 0, 0, 0, 0, '[]', 0, ${NOON} FROM n`,
					name,
				);
			const filled = (): unknown => world.sql.exec("SELECT count(*) AS count FROM deliveries WHERE type = 't'").one()["count"];
			fill("filler");
			const size = world.sql.databaseSize;
			expect(size).toBeGreaterThan(before + 40_000_000);
			world.ballastBytes = LIMITS.endpointObjectBytes - size - 1_000_000;
			const [first, second, third] = [told(), told(), told()];
			await world.take(first);
			expect([(await world.delivery(first.event)).status, filled()]).toEqual(["succeeded", 1_000]);
			world.ballastBytes += 1_000_000;
			world.sql.exec("INSERT INTO outbox (id) SELECT id FROM deliveries WHERE type = 't'");
			world.isD1Away = true;
			await world.take(second);
			expect(await world.delivery(second.event)).toMatchObject({
				status: "failed",
				attemptCount: 0,
				attempts: [{ error: "backlog_full" }],
			});
			expect([world.seen.length, filled()]).toEqual([1, 1_000]);
			world.isD1Away = false;
			world.sql.exec("DELETE FROM outbox WHERE id LIKE 'filler%'");
			await world.take(third);
			expect([(await world.delivery(third.event)).status, filled()]).toEqual(["succeeded", 0]);
			expect((await world.delivery(second.event)).status).toBe("failed");
		}));

	it("of an object that is too large is forgotten by the alarm before its seven days are over, what ended first first, and answers are noted without their bodies", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = answer(500);
			const [over, waiting] = [told(), told()];
			await world.take(waiting);
			world.receiver = ok;
			await world.take(over);
			await world.object.alarm();
			const { id } = await world.delivery(over.event);
			world.sql.exec(
				`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
				INSERT INTO deliveries (id, event_id, type, status, revision, body, hops, is_under_way, tries, attempt_count, attempts, created_at_ms, ended_at_ms)
				SELECT 'filler' || i, 'filler' || i, 't', 'succeeded', 1, '{}', 0, 0, 0, 0, '[]', 0, ${NOON} + 10000 - i FROM n`,
				LIMITS.deliveriesSwept,
			);
			world.ballastBytes = LIMITS.endpointObjectBytes;
			world.receiver = answer(500);
			await world.object.alarm();
			expect(world.sql.exec("SELECT id FROM deliveries WHERE type = 't'").toArray()).toEqual([{ id: "filler1" }]);
			await world.ringUntil(NOON + 60_000);
			expect(await world.object.describe(world.identity, id)).toBeNull();
			const { attempts, status } = await world.delivery(waiting.event);
			expect([status, ...attempts.slice(0, 2).map(({ body }) => body)]).toEqual(["pending", "status 500", ""]);
			expect(await findDeliveryCopy(testEnv.DB, world.identity.tenantId, id)).toMatchObject({ status: "succeeded" });
		}));
});
