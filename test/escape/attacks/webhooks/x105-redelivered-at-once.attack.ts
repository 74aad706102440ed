/*
 * X105 Asks fifty times at once for one delivery again, and for ranges that are none
 * wall: webhooks
 * ends: held
 */
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const endpoint = await tenant.endpoint({ url: receiver.urlOf(), events: ["run.succeeded"] });
	await tenant.api.run({ agent: "hooked" });
	const { id, event } = await tenant.delivery(endpoint, ({ status }) => status === "succeeded");
	const again = await Promise.all(Array.from({ length: 50 }, () => tenant.api.request("POST", `/v1/deliveries/${id}/redeliver`)));
	want(
		"Fifty at once",
		again.every(({ status }) => status === 200),
		again.map(({ status }) => status),
	);
	const over = await pollUntil(
		() => tenant.delivery(endpoint, () => true),
		({ status, nextAtMs, attemptCount }) =>
			status === "succeeded" && nextAtMs === null && attemptCount > 1 && attemptCount === receiver.at(endpoint.url).length,
	);
	const came = receiver.at(endpoint.url);
	want("What came of them", came.length >= 2 && came.length <= 51 && over.attemptCount === came.length, [came.length, over.attemptCount]);
	want(
		"Their one id and bytes",
		came.every(({ headers, body }) => headers["webhook-id"] === event && body === came[0]?.body),
		came.length,
	);
	want("Deliveries in the list", (await tenant.deliveries()).length === 1, (await tenant.deliveries()).length);
	const ranges = [
		{},
		{ fromMs: 1, toMs: 0 },
		{ fromMs: -1, toMs: 1 },
		{ fromMs: 0, toMs: 1e20 },
		{ fromMs: "0", toMs: 1 },
		{ fromMs: 0, toMs: 1, status: "pending" },
		{ fromMs: 0, toMs: 1, cursor: "x" },
		{ fromMs: 0.5, toMs: 1 },
	];
	for (const range of ranges) {
		const { status } = await tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/redeliver`, range);
		want(`The range ${JSON.stringify(range)}`, status === 400, status);
	}
	await tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/disable`);
	const redeliver = async () => (await tenant.api.request("POST", `/v1/deliveries/${id}/redeliver`)).status;
	want("A delivery again to a disabled endpoint", (await redeliver()) === 409, "another status");
	await tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/enable`);
	want("A delivery again to one that was enabled again", (await redeliver()) === 200, "another status");
	await tenant.delivery(endpoint, ({ status, attemptCount }) => status === "succeeded" && attemptCount > over.attemptCount);
	const last = receiver.at(endpoint.url).length;
	want("What came of these two", last === came.length + 1, [came.length, last]);
};
