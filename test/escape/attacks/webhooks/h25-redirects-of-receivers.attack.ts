/*
 * H25 Answers deliveries with redirects of every status to where nothing may go, by every header that a client may follow
 * wall: webhooks
 * covers: H16, L14
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";
import { saying } from "../../../platform/webhook-receiver.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const inward = `http://127.0.0.1:${scene.forbidden.port}/`;
	const second = receiver.urlOf();
	const headers = {
		location: inward,
		refresh: `0; url=${inward}`,
		"content-location": inward,
		link: `<${inward}>; rel=preload`,
		"alt-svc": `h2="127.0.0.1:${scene.forbidden.port}"`,
	};
	const statuses = [300, 301, 302, 303, 304, 305, 307, 308];
	const redirecting = await Promise.all([
		...statuses.map((status) =>
			tenant.endpoint({ url: receiver.urlOf(saying(status, headers, status === 304 ? "" : "x")), events: ["run.succeeded"] }),
		),
		tenant.endpoint({ url: receiver.urlOf(saying(302, { location: second })), events: ["run.succeeded"] }),
	]);
	const asked = [
		["5", 5_000],
		["999999999", LIMITS.deliveryTriesMs],
		["-1", 0],
		["1e9", 0],
		["Fri, 31 Dec 9999 23:59:59 GMT", LIMITS.deliveryTriesMs],
		["Thu, 01 Jan 1970 00:00:00 GMT", 0],
		["x".repeat(5_000), 0],
	] as const;
	const later = await Promise.all(
		asked.map(([after]) => tenant.endpoint({ url: receiver.urlOf(saying(503, { "retry-after": after })), events: ["run.succeeded"] })),
	);
	const gone = await tenant.endpoint({ url: receiver.urlOf(saying(410)), events: ["run.succeeded"] });
	const beside = await tenant.endpoint({ url: receiver.urlOf(), events: ["run.succeeded"] });
	const told = await tenant.endpoint({ url: receiver.urlOf(), events: ["endpoint.disabled"] });
	await tenant.api.run({ agent: "hooked" });
	for (const endpoint of redirecting) {
		const { attempts, status } = await tenant.delivery(endpoint, ({ attemptCount }) => attemptCount > 0);
		want("A delivery that was redirected", status === "pending" && attempts[0]?.error === "redirect", attempts);
	}
	want("Where it was redirected to", receiver.at(second).length === 0, receiver.at(second).length);
	for (const [index, endpoint] of later.entries()) {
		const { attempts } = await tenant.delivery(endpoint, ({ attemptCount }) => attemptCount > 0);
		const [attempt] = attempts;
		const wait = (attempt?.nextAtMs ?? 0) - (attempt?.atMs ?? 0);
		const [, longest = 0] = asked[index] ?? [];
		want(
			`What a Retry-After of "${asked[index]?.[0].slice(0, 30)}" comes to`,
			attempt?.error === "status" && wait >= Math.min(2_500, longest) && wait <= longest + 60_000,
			attempt,
		);
	}
	const over = await tenant.delivery(gone, ({ status }) => status !== "pending");
	want("A delivery that was answered 410", over.status === "failed" && over.attemptCount === 1, over);
	await tenant.delivery(told, ({ status }) => status === "succeeded");
	const { body } = await tenant.api.request("GET", `/v1/endpoints/${gone.id}`);
	want("An endpoint that is gone", JSON.stringify(body).includes('"disabledReason":"gone"'), body);
	const meanwhile = await tenant.api.run({ agent: "hooked" });
	const hasCome = (url: string, run: string) =>
		pollUntil(
			async () => receiver.at(url).some(({ body }) => body.includes(run)),
			(is) => is,
		);
	await hasCome(beside.url, meanwhile.id);
	await tenant.api.request("POST", `/v1/endpoints/${gone.id}/enable`);
	const last = await tenant.api.run({ agent: "hooked" });
	await hasCome(gone.url, last.id);
	const came = receiver.at(gone.url);
	want("What is sent to who is gone", came.length === 2 && !came.some(({ body }) => body.includes(meanwhile.id)), came);
};
