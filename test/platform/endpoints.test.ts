import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { pageOf } from "../../contract/common.ts";
import { Delivery, Endpoint, NewEndpoint, Redelivered } from "../../contract/endpoints.ts";
import { TenantEvent } from "../../contract/events.ts";
import { makeAgent, type Platform, pollUntil, startPlatform } from "./start-platform.ts";
import { type Manner, saying, silence, startWebhookReceiver, verify, type WebhookReceiver } from "./webhook-receiver.ts";

let platform: Platform;
let receiver: WebhookReceiver;
beforeAll(async () => {
	receiver = await startWebhookReceiver();
	platform = await startPlatform([receiver.host]);
});
afterAll(async () => {
	await platform.stop();
	await receiver.close();
});

const Payload = z.object({ type: z.string(), timestamp: z.string(), data: z.looseObject({ id: z.string() }) });
type Tenant = Awaited<ReturnType<Platform["tenant"]>>;
let tenants = 0;
/** A tenant of its own with an agent, an endpoint at the receiver, and a way to make events. */
const makeScene = async (settings: object = {}, manner?: Manner) => {
	tenants += 1;
	const tenant: Tenant = await platform.tenant(`hooked-${tenants}`);
	const agent = await makeAgent(tenant.api, { name: "worker" });
	const makeEndpoint = (more: object = {}, answering?: Manner): Promise<NewEndpoint> => {
		const body = { url: receiver.urlOf(answering), events: ["agent.disabled"], ...more };
		return tenant.api.expect(201, NewEndpoint, "POST", "/v1/endpoints", body);
	};
	const endpoint = await makeEndpoint(settings, manner);
	return {
		...{ api: tenant.api, agent, endpoint, makeEndpoint },
		/** Makes an event `agent.disabled`. */
		makeEvent: async (): Promise<void> => {
			await tenant.api.request("POST", `/v1/agents/${agent.id}/disable`);
			await tenant.api.request("POST", `/v1/agents/${agent.id}/enable`);
		},
		/** Its deliveries, once they are as wanted. */
		deliveries: (of: Endpoint, fits: (all: readonly Delivery[]) => boolean): Promise<readonly Delivery[]> =>
			pollUntil(async () => (await tenant.api.expect(200, pageOf(Delivery), "GET", `/v1/deliveries?endpoint=${of.id}`)).data, fits),
	};
};
const isOver = (all: readonly Delivery[]): boolean => all.length > 0 && all.every(({ endedAtMs }) => endedAtMs !== null);

describe("an event of a run", () => {
	test("arrives at the endpoint, with what it returned, and the official library verifies it", async () => {
		const { api, endpoint, agent, deliveries } = await makeScene({ events: ["run.succeeded"], payload: "full" });
		const run = await api.run({ agent: agent.id, program: "export default () => ({ answer: [42] })", metadata: { ticket: 7 } });
		const [webhook] = await receiver.have(endpoint.url, 1);
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
		const { api, makeEndpoint, makeEvent, deliveries, endpoint: slow } = await makeScene({}, silence);
		const quick = await makeEndpoint();
		for (let event = 0; event < 10; event += 1) await makeEvent();
		const all = await deliveries(quick, (list) => list.length === 10 && isOver(list));
		expect(all.map(({ status, attemptCount }) => [status, attemptCount])).toEqual(Array(10).fill(["succeeded", 1]));
		const held = await deliveries(slow, (list) => list.length === 10);
		expect(held.map(({ status }) => status)).toEqual(Array(10).fill("pending"));
		// Each was tried before the slow one was done with the same event, however slow the machine is.
		for (const { event, attempts } of held) {
			const [first] = attempts;
			const doneAtMs = first === undefined ? Number.POSITIVE_INFINITY : first.atMs + first.tookMs;
			expect(all.find((each) => each.event === event)?.attempts[0]?.atMs).toBeLessThan(doneAtMs);
		}
		expect(new Set(receiver.at(quick.url).map(({ headers }) => headers["webhook-id"])).size).toBe(10);
		await api.expect(200, Endpoint, "DELETE", `/v1/endpoints/${slow.id}`);
		expect(isOver(await deliveries(slow, isOver))).toBe(true);
	});

	test("are made again by id and by time, with the id and the body that they had", async () => {
		const { api, endpoint, makeEvent, deliveries } = await makeScene();
		await makeEvent();
		const [delivery] = await deliveries(endpoint, isOver);
		await api.expect(200, Delivery, "POST", `/v1/deliveries/${delivery?.id}/redeliver`);
		await receiver.have(endpoint.url, 2);
		const range = { fromMs: delivery?.createdAtMs, toMs: delivery?.createdAtMs };
		const again = (body: object) => api.expect(200, Redelivered, "POST", `/v1/endpoints/${endpoint.id}/redeliver`, body);
		await pollUntil(
			() => api.expect(200, Delivery, "GET", `/v1/deliveries/${delivery?.id}`),
			({ endedAtMs }) => endedAtMs !== null,
		);
		expect(await again(range)).toEqual({ count: 0, nextCursor: null });
		expect(await again({ ...range, status: "all" })).toEqual({ count: 1, nextCursor: null });
		const arrived = await receiver.have(endpoint.url, 3);
		expect(new Set(arrived.map(({ headers, body }) => `${headers["webhook-id"]} ${body}`)).size).toBe(1);
		for (const webhook of arrived) verify(webhook, endpoint.secret);
	});

	test("are signed with both secrets while a roll overlaps, and then with the new one", async () => {
		const { api, endpoint, makeEvent } = await makeScene();
		const roll = (overlapSeconds: number) => api.expect(200, NewEndpoint, "POST", `/v1/endpoints/${endpoint.id}/roll`, { overlapSeconds });
		const next = await roll(3_600);
		await makeEvent();
		const [both] = await receiver.have(endpoint.url, 1);
		if (both === undefined) throw new Error("one arrived");
		expect(both.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
		for (const secret of [endpoint.secret, next.secret]) verify(both, secret);
		const last = await roll(0);
		await makeEvent();
		const [, one] = await receiver.have(endpoint.url, 2);
		if (one === undefined) throw new Error("two arrived");
		expect(one.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
		verify(one, last.secret);
		for (const secret of [endpoint.secret, next.secret]) expect(() => verify(one, secret)).toThrow("No matching signature");
	});

	test("to an endpoint that answers 410 disable it; the others are told, and it can be enabled again", async () => {
		const { api, endpoint, makeEndpoint, makeEvent } = await makeScene({}, saying(410));
		const operator = await makeEndpoint({ events: ["endpoint.disabled"] });
		const beside = await makeEndpoint();
		await makeEvent();
		await receiver.have(beside.url, 1);
		const [webhook] = await receiver.have(operator.url, 1);
		if (webhook === undefined) throw new Error("one arrived");
		expect(verify(webhook, operator.secret)).toMatchObject({ type: "endpoint.disabled", data: { endpoint: endpoint.id, reason: "gone" } });
		expect(await api.expect(200, Endpoint, "GET", `/v1/endpoints/${endpoint.id}`)).toMatchObject({
			status: "disabled",
			disabledReason: "gone",
		});
		await makeEvent();
		await receiver.have(beside.url, 2);
		expect((await api.expect(200, Endpoint, "POST", `/v1/endpoints/${endpoint.id}/enable`)).status).toBe("active");
		await makeEvent();
		await receiver.have(endpoint.url, 2);
		const told = (await receiver.have(beside.url, 3)).map(({ headers }) => headers["webhook-id"]);
		expect(receiver.at(endpoint.url).map(({ headers }) => headers["webhook-id"])).toEqual([told[0], told[2]]);
	});

	test("of one tenant are nothing to another", async () => {
		const [mine, other] = [await makeScene(), await makeScene({ events: ["*"] })];
		await mine.makeEvent();
		const [delivery] = await mine.deliveries(mine.endpoint, isOver);
		for (const [method, path] of [
			["GET", `/v1/deliveries/${delivery?.id}`],
			["POST", `/v1/deliveries/${delivery?.id}/redeliver`],
			["GET", `/v1/endpoints/${mine.endpoint.id}`],
			["POST", `/v1/endpoints/${mine.endpoint.id}/roll`],
		] as const)
			expect((await other.api.request(method, path, method === "POST" && path.endsWith("roll") ? {} : undefined)).status, path).toBe(404);
		await other.makeEvent();
		const arrived = await receiver.have(other.endpoint.url, 1);
		expect(arrived.filter(({ body }) => !body.includes(other.agent.id))).toEqual([]);
	});
});

test("an endpoint lies not at this API, but for its hooks", async () => {
	const answer = await platform.api.request("POST", "/v1/endpoints", { url: `${platform.cordon.url}/v1/runs`, events: ["*"] });
	expect(answer.status).toBe(400);
});
