import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../contract/limits.ts";
import { findDeliveryCopy } from "../../../worker/endpoints/delivery-archive.ts";
import { testEnv } from "../http/ask.ts";
import { answer, type EndpointWorld, hang, NOON, ok, told, URL_OF, withEndpoint } from "./endpoint-under-test.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a delivery's requests must have in common, and what they must not. */
const expectSameBytes = ({ seen }: EndpointWorld): void => {
	expect(new Set(seen.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
	expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
	expect(new Set(seen.map(({ headers }) => headers.get("webhook-timestamp"))).size).toBe(seen.length);
};

const signatureOf = (secret: string, id: string, atMs: number, body: string): string => new Webhook(secret).sign(id, new Date(atMs), body);

describe("a delivery", () => {
	it("is posted at once, signed as Standard Webhooks says", () =>
		withEndpoint(async ({ world, secret }) => {
			const event = told({}, { hops: 2 });
			await world.take(event);
			const [request] = world.seen;
			expect(world.seen).toHaveLength(1);
			expect([request?.url, request?.method, request?.redirect]).toEqual([URL_OF, "POST", "manual"]);
			expect(Object.fromEntries(request?.headers ?? [])).toEqual({
				"content-type": "application/json",
				"user-agent": "Cordon",
				"webhook-id": event.event.id,
				"webhook-timestamp": String(NOON / 1_000),
				"webhook-signature": signatureOf(secret, event.event.id, NOON, request?.body ?? ""),
				"cordon-hops": "3",
			});
			expect(JSON.parse(request?.body ?? "")).toEqual({
				type: "agent.disabled",
				timestamp: new Date(NOON - 1_000).toISOString(),
				data: { id: event.event.id, agent: event.event.agent, run: null, cancelledRuns: 0, callsInFlight: 0 },
			});
			expect(await world.delivery(event.event)).toMatchObject({
				...{ status: "succeeded", attemptCount: 1, nextAtMs: null, endedAtMs: NOON, event: event.event.id, type: "agent.disabled" },
				attempts: [{ atMs: NOON, status: 200, error: null, body: "thanks", nextAtMs: null }],
			});
		}));

	it("is made once, however often its event is told, also long after it succeeded", () =>
		withEndpoint(async ({ world }) => {
			const event = told();
			await world.take(event, event);
			await world.take(event);
			await world.ringUntil(NOON + 6 * DAY);
			world.wake();
			await world.take(event);
			expect(world.seen).toHaveLength(1);
		}));

	it("is forgotten seven days after its end, and not before, while its record stays", () =>
		withEndpoint(async ({ world }) => {
			const event = told();
			await world.take(event);
			const { id } = await world.delivery(event.event);
			await world.ringUntil(NOON + 7 * DAY - 1);
			expect((await world.delivery(event.event)).id).toBe(id);
			await world.ringUntil(NOON + 7 * DAY + 10_000);
			expect(await world.object.describe(world.identity, id)).toBeNull();
			expect(await findDeliveryCopy(testEnv.DB, world.identity.tenantId, id)).toMatchObject({ status: "succeeded" });
		}));

	it("to a receiver that answers 500 is tried for 24 hours with the same id and the same bytes, then it has failed", () =>
		withEndpoint(async ({ world, secret }) => {
			world.receiver = answer(500);
			const event = told();
			await world.take(event);
			await world.ringUntil(NOON + 23 * HOUR);
			expect(await world.delivery(event.event)).toMatchObject({ status: "pending", endedAtMs: null });
			await world.ringUntil(NOON + 2 * DAY);
			const delivery = await world.delivery(event.event);
			expect(delivery).toMatchObject({ status: "failed", nextAtMs: null });
			expect(delivery.endedAtMs).toBeGreaterThan(NOON + 21 * HOUR);
			expect(delivery.endedAtMs).toBeLessThanOrEqual(NOON + DAY);
			expect(delivery.attemptCount).toBe(world.seen.length);
			expect(delivery.attempts).toHaveLength(LIMITS.deliveryAttemptsShown);
			expect(delivery.attempts.every(({ status, error, body }) => status === 500 && error === "status" && body === "status 500")).toBe(
				true,
			);
			expectSameBytes(world);
			for (const { headers, body } of world.seen) {
				const atMs = Number(headers.get("webhook-timestamp")) * 1_000;
				expect(headers.get("webhook-signature")).toBe(signatureOf(secret, event.event.id, atMs, body));
			}
			expect(world.alarmAtMs).toBeGreaterThan(NOON + 6 * DAY);
		}));

	it("to a receiver that comes back after an hour succeeds at the next try", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = () => (world.nowMs < NOON + HOUR ? new Response(null, { status: 503 }) : new Response("back"));
			const event = told();
			await world.take(event);
			await world.ringUntil(NOON + 5 * HOUR);
			const delivery = await world.delivery(event.event);
			expect(delivery).toMatchObject({ status: "succeeded" });
			expect(delivery.endedAtMs).toBeGreaterThanOrEqual(NOON + HOUR);
			expect(delivery.endedAtMs).toBeLessThan(NOON + 3 * HOUR);
			expectSameBytes(world);
		}));

	it.each<[what: string, receiver: EndpointWorld["receiver"], error: string, status: number | null]>([
		["hangs", hang, "timeout", null],
		["answers after 31 s", () => new Promise((resolve) => setTimeout(() => resolve(new Response("late")), 31_000)), "timeout", null],
		["resets", () => Promise.reject(new TypeError("Network connection lost.")), "unreachable", null],
		["redirects to a private address", answer(302, { location: "http://169.254.169.254/latest" }), "redirect", 302],
		["redirects to itself", answer(308, { location: URL_OF }), "redirect", 308],
		["asks for a key", answer(401), "status", 401],
	])("to a receiver that %s fails and is tried again", (_, receiver, error, status) =>
		withEndpoint(async ({ world }) => {
			world.attemptMs = 500;
			world.receiver = receiver;
			const event = told();
			await world.take(event);
			expect(await world.delivery(event.event)).toMatchObject({ status: "pending", attempts: [{ error, status, nextAtMs: NOON + 3_750 }] });
			expect(world.seen).toHaveLength(1);
			world.receiver = ok;
			await world.ringUntil(NOON + 3_750);
			expect(await world.delivery(event.event)).toMatchObject({ status: "succeeded", attemptCount: 2 });
			expectSameBytes(world);
		}),
	);

	it("that was answered with 2xx has succeeded, however much follows: sixteen KiB are taken and a little is kept, visibly", () =>
		withEndpoint(async ({ world }) => {
			let [pulled, isCancelled] = [0, false];
			const chunk = new TextEncoder().encode("<b>\u0000\u202e".repeat(200));
			world.receiver = () =>
				new Response(
					new ReadableStream<Uint8Array>({
						pull: (controller) => {
							pulled += chunk.length;
							controller.enqueue(chunk);
						},
						cancel: () => {
							isCancelled = true;
						},
					}),
				);
			const event = told();
			await world.take(event);
			const { status, attempts } = await world.delivery(event.event);
			expect(status).toBe("succeeded");
			expect(attempts[0]?.body.startsWith("<b>\\u0000\\u202e<b>")).toBe(true);
			expect(attempts[0]?.body).toHaveLength(LIMITS.deliveryAnswerChars);
			expect(pulled).toBeLessThan(LIMITS.deliveryAnswerBytes + 4 * chunk.length);
			expect(isCancelled).toBe(true);
		}));

	it("keeps no half of a character of an answer", () =>
		withEndpoint(async ({ world }) => {
			world.receiver = () => new Response(`a${"\u{1f600}".repeat(2_000)}`);
			const event = told();
			await world.take(event);
			const [attempt] = (await world.delivery(event.event)).attempts;
			expect([attempt?.body.length, attempt?.body.isWellFormed()]).toEqual([LIMITS.deliveryAnswerChars - 1, true]);
		}));

	it("that was answered with 2xx has succeeded, though the body never ends", () =>
		withEndpoint(async ({ world }) => {
			world.attemptMs = 500;
			world.receiver = () =>
				new Response(new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new TextEncoder().encode("and then")) }));
			const event = told();
			await world.take(event);
			expect(await world.delivery(event.event)).toMatchObject({ status: "succeeded", attempts: [{ body: "and then" }] });
		}));

	it.each([
		["429", answer(429, { "retry-after": "60" }), 60_000],
		["503 with a date", answer(503, { "retry-after": new Date(NOON + 120_000).toUTCString() }), 120_000],
		["429 with less than it waits anyhow", answer(429, { "retry-after": "0" }), 3_750],
		["429 with more than a day", answer(429, { "retry-after": "999999999" }), DAY],
		["500, which has no say", answer(500, { "retry-after": "60" }), 3_750],
		["429 with nonsense", answer(429, { "retry-after": "soon" }), 3_750],
	])("waits as long as %s asks for", (_, receiver, waitMs) =>
		withEndpoint(async ({ world }) => {
			world.receiver = receiver;
			const event = told();
			await world.take(event);
			expect((await world.delivery(event.event)).nextAtMs).toBe(NOON + waitMs);
			expect(world.alarmAtMs).toBeLessThanOrEqual(NOON + waitMs);
		}),
	);
});
