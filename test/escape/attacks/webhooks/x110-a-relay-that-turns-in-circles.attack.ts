/*
 * X110 Sends each event of a run back to a hook of its agent, signed and by way of a relay, and counts the turns
 * wall: webhooks
 * covers: L22
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import type { Scene } from "../../scene.ts";
import { want } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const answers: number[] = [];
	let hook = "";
	const url = receiver.urlOf((_, response) => {
		const came = receiver.at(url).at(-1);
		const headers = Object.entries(came?.headers ?? {}).filter(([name]) => /^(webhook-|cordon-|content-type)/.test(name));
		const sent = {
			method: "POST",
			headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
			body: came?.body ?? "",
		};
		fetch(hook, sent).then(
			({ status }) => {
				answers.push(status);
				response.writeHead(204).end();
			},
			() => response.writeHead(500).end(),
		);
	});
	const endpoint = await tenant.endpoint({ url, events: ["run.succeeded"] });
	await tenant.api.request("PUT", "/v1/secrets/relayed", { value: endpoint.secret });
	hook = `${scene.url}/hooks/${(await tenant.trigger({ scheme: "standard", secret: "relayed" })).id}`;
	await tenant.api.run({ agent: "hooked" });
	const over = await pollUntil(
		async () => answers,
		(all) => all.includes(508),
		60_000,
	);
	want("Turns of the circle", over.filter((status) => status === 202).length === LIMITS.webhookHops - 1 && over.at(-1) === 508, over);
	await tenant.api.request("POST", `/v1/endpoints/${endpoint.id}/disable`);
	const runs = await tenant.runs();
	want("Runs of the circle", runs.length === LIMITS.webhookHops, runs.length);
};
