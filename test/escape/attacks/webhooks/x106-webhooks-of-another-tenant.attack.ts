/*
 * X106 Asks for another tenant's triggers, requests, endpoints, deliveries and schedules by id, cursor and filter, and changes them
 * wall: tenancy
 * covers: J08, J09
 * ends: held
 */
import { z } from "zod";
import { newId, newRoutedId, locatorOf } from "../../../../contract/ids.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { expectStatuses, type Probe, probeAll } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

const Page = z.object({ data: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() });

export const attack = async (scene: Scene): Promise<void> => {
	const theirs = await hookTenant(scene);
	const { receiver } = scene.servers;
	const [trigger, endpoint] = [await theirs.trigger({ scheme: "github" }), await theirs.endpoint({ url: receiver.urlOf(), events: ["*"] })];
	await theirs.endpoint({ url: receiver.urlOf(), events: ["*"] });
	await theirs.trigger({ scheme: "slack" });
	const schedules = await Promise.all(
		[1, 2].map((hour) => theirs.api.request("POST", "/v1/schedules", { agent: "hooked", cron: `0 ${hour} 1 1 *` })),
	);
	const { id: schedule } = z.object({ id: z.string() }).parse(schedules[0]?.body);
	wantStatus("A webhook of theirs", [await sendHook(scene, trigger, signedHook("github", { secret: theirs.secret, body: "{}" }))], 202);
	const delivery = await theirs.delivery(endpoint, ({ status }) => status === "succeeded");
	const real = {
		trigger: trigger.id,
		endpoint: endpoint.id,
		schedule,
		delivery: delivery.id,
		agent: theirs.agentId,
		event: delivery.event,
	};
	const nobodys = {
		...{ trigger: newId("trg"), endpoint: newId("end"), agent: newId("agt"), event: newId("evt") },
		...{ schedule: newRoutedId("sch", locatorOf(newId("agt"))), delivery: newRoutedId("dlv", locatorOf(newId("end"))) },
	};
	const single = (of: typeof real): Probe[] => [
		...["GET", "DELETE"].map((method) => ({ method, path: `/v1/triggers/${of.trigger}` })),
		{ method: "PATCH", path: `/v1/triggers/${of.trigger}`, body: { name: "mine" } },
		...["disable", "enable"].map((verb) => ({ method: "POST", path: `/v1/triggers/${of.trigger}/${verb}` })),
		{ method: "POST", path: `/v1/triggers/${of.trigger}/roll`, body: { secret: "token" } },
		{ path: `/v1/triggers/${of.trigger}/requests` },
		...["GET", "DELETE"].map((method) => ({ method, path: `/v1/endpoints/${of.endpoint}` })),
		{ method: "PATCH", path: `/v1/endpoints/${of.endpoint}`, body: { description: "mine" } },
		...["disable", "enable"].map((verb) => ({ method: "POST", path: `/v1/endpoints/${of.endpoint}/${verb}` })),
		{ method: "POST", path: `/v1/endpoints/${of.endpoint}/roll`, body: {} },
		{ method: "POST", path: `/v1/endpoints/${of.endpoint}/redeliver`, body: { fromMs: 0, toMs: Date.now() + 1e6, status: "all" } },
		{ path: `/v1/deliveries/${of.delivery}` },
		{ method: "POST", path: `/v1/deliveries/${of.delivery}/redeliver` },
		...["GET", "DELETE"].map((method) => ({ method, path: `/v1/schedules/${of.schedule}` })),
		{ method: "PATCH", path: `/v1/schedules/${of.schedule}`, body: { name: "mine" } },
		...["pause", "resume", "run"].map((verb) => ({ method: "POST", path: `/v1/schedules/${of.schedule}/${verb}` })),
		{ method: "POST", path: "/v1/schedules", body: { agent: of.agent, cron: "0 3 * * *" } },
		{ method: "POST", path: "/v1/triggers", body: { agent: of.agent, scheme: "github", secret: "token" } },
	];
	const [forTheirs, forNobodys] = [await probeAll(scene, single(real)), await probeAll(scene, single(nobodys))];
	expectStatuses(single(real), forTheirs, [404]);
	const plain = (text: string, of: typeof real): string =>
		Object.values(of).reduce((rest, id) => rest.replaceAll(id, "ID"), text.replaceAll(/"requestId":"[^"]*"/g, ""));
	for (const [index, { text }] of forTheirs.entries())
		want(
			`What tells another tenant's from nobody's (${single(real)[index]?.path})`,
			plain(text, real) === plain(forNobodys[index]?.text ?? "", nobodys),
			text,
		);
	const cursors = await Promise.all(
		["triggers", "endpoints", "deliveries", "schedules"].map(
			async (list) => (await theirs.api.expect(200, Page, "GET", `/v1/${list}?limit=1`)).nextCursor,
		),
	);
	want(
		"Their cursors",
		cursors.every((cursor) => cursor !== null),
		cursors,
	);
	const lists = ["triggers", "endpoints", "deliveries", "schedules"].flatMap((list, index) => [
		{ path: `/v1/${list}` },
		{ path: `/v1/${list}?cursor=${encodeURIComponent(cursors[index] ?? "")}` },
		{ path: `/v1/${list}?cursor=${encodeURIComponent(cursors[(index + 1) % 4] ?? "")}` },
	]);
	const filters = [`endpoint=${real.endpoint}`, `event=${real.event}`, "status=succeeded"].map((query) => ({
		path: `/v1/deliveries?${query}`,
	}));
	const all = [...lists, ...filters, { path: `/v1/schedules?agent=${real.agent}` }, { path: `/v1/triggers?tenant=${theirs.id}` }];
	const answers = await probeAll(scene, all);
	expectStatuses(all, answers, [200, 400]);
	for (const { text } of answers)
		want(
			"A list with what is theirs",
			Object.values(real).every((id) => !text.includes(id)) && !text.includes(theirs.id),
			text.slice(0, 300),
		);
	const after = await Promise.all(
		[`triggers/${trigger.id}`, `endpoints/${endpoint.id}`, `schedules/${schedule}`].map((path) => theirs.api.request("GET", `/v1/${path}`)),
	);
	want(
		"What is theirs, afterwards",
		after.every(
			({ status, body }) => status === 200 && JSON.stringify(body).includes('"status":"active"') && !JSON.stringify(body).includes("mine"),
		),
		after,
	);
};
