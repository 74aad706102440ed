/*
 * L20 Gives a tenant endpoints that hang, reset and fail, floods them with events, and waits for another tenant's deliveries
 * wall: webhooks
 * covers: K14
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import { reset, saying, silence } from "../../../platform/webhook-receiver.ts";

const MANNERS = [silence, reset, saying(500), silence, saying(503)];
/** More than a receiver that hangs is sent at once. */
const EVENTS = 24;
const FAILING = 15;

export const attack = async (scene: Scene): Promise<void> => {
	const [flood, honest] = [await hookTenant(scene), await hookTenant(scene)];
	const { receiver } = scene.servers;
	const failing = await Promise.all(
		Array.from({ length: FAILING }, (_, index) =>
			flood.endpoint({ url: receiver.urlOf(MANNERS[index % MANNERS.length]), events: ["run.succeeded"] }),
		),
	);
	const well = await flood.endpoint({ url: receiver.urlOf(), events: ["run.succeeded"] });
	const others = Array.from({ length: LIMITS.endpointsPerTenant - FAILING - 1 }, () =>
		flood.endpoint({ url: receiver.urlOf(), events: ["tenant.suspended"] }),
	);
	await Promise.all(others);
	const more = await flood.api.request("POST", "/v1/endpoints", { url: receiver.urlOf(), events: ["*"] });
	want("One endpoint too many", more.status === 409, more);
	const theirs = await honest.endpoint({ url: receiver.urlOf(), events: ["run.succeeded"] });
	const pour = async (): Promise<void> => {
		for (let count = 0; count < EVENTS / 4; count += 1) await flood.api.run({ agent: "hooked" });
	};
	const pouring = Promise.all([pour(), pour(), pour(), pour()]);
	const hanging = await pollUntil(
		async () => receiver.at(failing[0]?.url ?? "").length,
		(count) => count >= LIMITS.deliveriesAtOnce,
	);
	want("Deliveries that a receiver holds up", hanging >= LIMITS.deliveriesAtOnce, hanging);
	for (let turn = 0; turn < 4; turn += 1) {
		const { createdAtMs: fromMs } = await honest.api.run({ agent: "hooked" });
		const { attemptCount } = await honest.delivery(theirs, ({ createdAtMs, status }) => createdAtMs >= fromMs && status === "succeeded");
		want("Tries of another tenant's delivery beside the flood", attemptCount === 1, attemptCount);
	}
	await pouring;
	const last = await flood.delivery(well, ({ status }) => status === "succeeded");
	want("A receiver that is well beside those that are not", last.attemptCount === 1, last);
	const retries = (await flood.deliveries("&status=pending")).flatMap(({ attempts }) =>
		attempts.flatMap(({ nextAtMs, atMs }) => (nextAtMs === null ? [] : [nextAtMs - atMs])),
	);
	want("Waits between tries, which differ", new Set(retries).size > retries.length / 2, retries.slice(0, 20));
	await Promise.all([...failing, well].map(({ id }) => flood.api.request("DELETE", `/v1/endpoints/${id}`)));
};
