import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { pageOf } from "../../contract/common.ts";
import { Delivery, Endpoint, NewEndpoint, Redelivered } from "../../contract/endpoints.ts";
import { TenantEvent } from "../../contract/events.ts";
import { ADDRESS_CORPUS } from "./address-corpus.ts";
import { errorOf, makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { type Canary, startCanary } from "./upstream.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "./webhook-receiver.ts";

let platform: Platform;
let receiver: WebhookReceiver;
let canary: Canary;
beforeAll(async () => {
	receiver = await startWebhookReceiver();
	canary = await startCanary();
	platform = await startPlatform([receiver.host]);
});
afterAll(async () => {
	await platform.stop();
	await receiver.close();
	await canary.close();
});

const Payload = z.object({ type: z.string(), timestamp: z.string(), data: z.looseObject({ id: z.string() }) });
type Tenant = Awaited<ReturnType<Platform["tenant"]>>;
let tenants = 0;
/** A tenant of its own with an agent, an endpoint at a path of the receiver, and a way to make events. */
const makeScene = async (path: string, settings: object = {}) => {
	tenants += 1;
	const tenant: Tenant = await platform.tenant(`hooked-${tenants}`);
	const agent = await makeAgent(tenant.api, { name: "worker" });
	const makeAt = (at: string, more: object = {}): Promise<NewEndpoint> => {
		const body = { url: `http://${receiver.host}${at}`, events: ["agent.disabled"], ...more };
		return tenant.api.expect(201, NewEndpoint, "POST", "/v1/endpoints", body);
	};
	const endpoint = await makeAt(path, settings);
	return {
		...{ api: tenant.api, agent, endpoint, makeAt },
		/** Makes an event `agent.disabled`. */
		makeEvent: async (): Promise<void> => {
			await tenant.api.request("POST", `/v1/agents/${agent.id}/disable`);
			await tenant.api.request("POST", `/v1/agents/${agent.id}/enable`);
		},
		/** Its deliveries, once they are as wanted. */
		deliveries: (of: Endpoint, fits: (all: readonly Delivery[]) => boolean, timeoutMs = 15_000): Promise<readonly Delivery[]> =>
			pollUntil(
				async () => (await tenant.api.expect(200, pageOf(Delivery), "GET", `/v1/deliveries?endpoint=${of.id}`)).data,
				fits,
				timeoutMs,
			),
	};
};
const isOver = (all: readonly Delivery[]): boolean => all.length > 0 && all.every(({ endedAtMs }) => endedAtMs !== null);
const wasTried = (all: readonly Delivery[]): boolean => all.length > 0 && all.every(({ attemptCount }) => attemptCount > 0);

describe("an event of a run", () => {
	test("arrives at the endpoint, with what it returned, and the official library verifies it", async () => {
		const { api, endpoint, agent, deliveries } = await makeScene("/run", { events: ["run.succeeded"], payload: "full" });
		const run = await api.run({ agent: agent.id, program: "export default () => ({ answer: [42] })", metadata: { ticket: 7 } });
		const [webhook] = await receiver.have("/run", 1);
		if (webhook === undefined) throw new Error("one arrived");
		const payload = Payload.parse(verify(webhook, endpoint.secret));
		expect(payload).toMatchObject({
			type: "run.succeeded",
			data: { run: run.id, agent: agent.id, status: "succeeded", result: { answer: [42] }, metadata: { ticket: 7 } },
		});
		expect(webhook.headers["webhook-id"]).toBe(payload.data.id);
		expect(webhook.headers["cordon-hops"]).toBe("1");
		expect(() => verify(webhook, `whsec_${btoa("another secret of 24 byte")}`)).toThrow("No matching signature");
		expect(() => verify({ ...webhook, body: webhook.body.replace("42", "43") }, endpoint.secret)).toThrow("No matching signature");
		expect(await deliveries(endpoint, isOver)).toMatchObject([{ event: payload.data.id, status: "succeeded", attemptCount: 1 }]);
		const listed = await api.expect(200, pageOf(TenantEvent), "GET", "/v1/events?type=run.succeeded");
		expect(listed.data.map(({ id }) => id)).toEqual([payload.data.id]);
	});
});

describe("deliveries", () => {
	test("to a quick endpoint do not wait for a slow one of the same tenant", async () => {
		const { api, makeAt, makeEvent, deliveries, endpoint: slow } = await makeScene("/silent");
		const quick = await makeAt("/quick");
		for (let event = 0; event < 10; event += 1) await makeEvent();
		const all = await deliveries(quick, (list) => list.length === 10 && isOver(list), 10_000);
		expect(all.map(({ status }) => status)).toEqual(Array(10).fill("succeeded"));
		for (const { attempts } of all) expect(attempts[0]?.tookMs).toBeLessThan(5_000);
		expect((await deliveries(slow, (list) => list.length === 10)).every(({ status }) => status === "pending")).toBe(true);
		expect(new Set(receiver.at("/quick").map(({ headers }) => headers["webhook-id"])).size).toBe(10);
		await api.expect(200, Endpoint, "DELETE", `/v1/endpoints/${slow.id}`);
		expect(isOver(await deliveries(slow, isOver))).toBe(true);
	});

	test("that were reset come again with the same id and bytes, and a new time", async () => {
		const { endpoint, makeEvent, deliveries } = await makeScene("/reset-first");
		await makeEvent();
		const [first, second] = await receiver.have("/reset-first", 2);
		expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
		expect(second?.body).toBe(first?.body);
		expect(second?.headers["webhook-timestamp"]).not.toBe(first?.headers["webhook-timestamp"]);
		expect(await deliveries(endpoint, isOver)).toMatchObject([
			{
				status: "succeeded",
				attempts: [
					{ error: "unreachable", status: null },
					{ error: null, status: 200 },
				],
			},
		]);
	});

	test("that were answered with 200 and an endless body have succeeded, and next to nothing of it was taken", async () => {
		const { endpoint, makeEvent, deliveries } = await makeScene("/endless");
		await makeEvent();
		const [delivery] = await deliveries(endpoint, isOver);
		expect(delivery).toMatchObject({ status: "succeeded", attemptCount: 1 });
		expect(delivery?.attempts[0]?.body).toHaveLength(1_024);
		const written = receiver.endlessBytes();
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(receiver.endlessBytes()).toBe(written);
		expect(written).toBeLessThan(32 * 1024 * 1024);
	});

	test("follow no redirect", async () => {
		const { endpoint, makeEvent, deliveries } = await makeScene(`/redirect?port=${canary.port}`);
		await makeEvent();
		expect(await deliveries(endpoint, wasTried)).toMatchObject([{ status: "pending", attempts: [{ status: 307, error: "redirect" }] }]);
		expect(canary.connections()).toBe(0);
	});

	test("are made again by id and by time, with the id and the body that they had", async () => {
		const { api, endpoint, makeEvent, deliveries } = await makeScene("/again");
		await makeEvent();
		const [delivery] = await deliveries(endpoint, isOver);
		await api.expect(200, Delivery, "POST", `/v1/deliveries/${delivery?.id}/redeliver`);
		await receiver.have("/again", 2);
		const range = { fromMs: delivery?.createdAtMs, toMs: delivery?.createdAtMs };
		const again = (body: object) => api.expect(200, Redelivered, "POST", `/v1/endpoints/${endpoint.id}/redeliver`, body);
		await pollUntil(
			() => api.expect(200, Delivery, "GET", `/v1/deliveries/${delivery?.id}`),
			({ endedAtMs }) => endedAtMs !== null,
			5_000,
		);
		expect(await again(range)).toEqual({ count: 0, nextCursor: null });
		expect(await again({ ...range, status: "all" })).toEqual({ count: 1, nextCursor: null });
		const arrived = await receiver.have("/again", 3);
		expect(new Set(arrived.map(({ headers, body }) => `${headers["webhook-id"]} ${body}`)).size).toBe(1);
		for (const webhook of arrived) verify(webhook, endpoint.secret);
	});

	test("are signed with both secrets while a roll overlaps, and then with the new one", async () => {
		const { api, endpoint, makeEvent } = await makeScene("/rolled");
		const roll = (overlapSeconds: number) => api.expect(200, NewEndpoint, "POST", `/v1/endpoints/${endpoint.id}/roll`, { overlapSeconds });
		const next = await roll(3_600);
		await makeEvent();
		const [both] = await receiver.have("/rolled", 1);
		if (both === undefined) throw new Error("one arrived");
		expect(both.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
		for (const secret of [endpoint.secret, next.secret]) verify(both, secret);
		const last = await roll(0);
		await makeEvent();
		const [, one] = await receiver.have("/rolled", 2);
		if (one === undefined) throw new Error("two arrived");
		expect(one.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
		verify(one, last.secret);
		for (const secret of [endpoint.secret, next.secret]) expect(() => verify(one, secret)).toThrow("No matching signature");
	});

	test("to an endpoint that answers 410 disable it; the others are told, and it can be enabled again", async () => {
		const { api, endpoint, makeAt, makeEvent } = await makeScene("/gone");
		const operator = await makeAt("/operator", { events: ["endpoint.disabled"] });
		await makeEvent();
		const [webhook] = await receiver.have("/operator", 1);
		if (webhook === undefined) throw new Error("one arrived");
		expect(verify(webhook, operator.secret)).toMatchObject({ type: "endpoint.disabled", data: { endpoint: endpoint.id, reason: "gone" } });
		expect(await api.expect(200, Endpoint, "GET", `/v1/endpoints/${endpoint.id}`)).toMatchObject({
			status: "disabled",
			disabledReason: "gone",
		});
		await makeEvent();
		expect(receiver.at("/gone")).toHaveLength(1);
		expect((await api.expect(200, Endpoint, "POST", `/v1/endpoints/${endpoint.id}/enable`)).status).toBe("active");
	});

	test("of one tenant are nothing to another", async () => {
		const [mine, other] = [await makeScene("/mine"), await makeScene("/other")];
		await mine.makeEvent();
		const [delivery] = await mine.deliveries(mine.endpoint, isOver);
		for (const [method, path] of [
			["GET", `/v1/deliveries/${delivery?.id}`],
			["POST", `/v1/deliveries/${delivery?.id}/redeliver`],
			["GET", `/v1/endpoints/${mine.endpoint.id}`],
			["POST", `/v1/endpoints/${mine.endpoint.id}/roll`],
		] as const)
			expect((await other.api.request(method, path, method === "POST" && path.endsWith("roll") ? {} : undefined)).status, path).toBe(404);
		expect(receiver.at("/other")).toEqual([]);
	});
});

describe("an endpoint", () => {
	test("may lie at no address but a public one", async () => {
		const urls = ADDRESS_CORPUS.filter((_, index) => index % 7 === 0).flatMap((url) => [url, url.replace(/^http:/, "https:")]);
		expect(urls.length).toBeGreaterThan(150);
		for (const url of urls) {
			const answer = await platform.api.request("POST", "/v1/endpoints", { url, events: ["*"] });
			expect([answer.status, url]).toEqual([400, url]);
			expect(errorOf(answer).code).toBe("invalid_request");
		}
		const port = canary.port;
		const answer = await platform.api.request("POST", "/v1/endpoints", { url: `http://127.0.0.1:${port}/`, events: ["*"] });
		expect(errorOf(answer).message).toContain("making an endpoint: url: found one that is refused: it leads to the machine itself");
		expect(canary.connections()).toBe(0);
	});

	test("lies not at this API, but for its hooks", async () => {
		const answer = await platform.api.request("POST", "/v1/endpoints", { url: `${platform.cordon.url}/v1/runs`, events: ["*"] });
		expect(answer.status).toBe(400);
	});
});
