/*
 * X107 Looks for signing secrets in lists, single ones, changes, deliveries, events, errors, runs' inputs and other tenants' answers
 * wall: secrets
 * covers: J05
 * ends: held
 */
import { hookTenant } from "../../hook-tenant.ts";
import { probe } from "../../probe.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";
import { saying } from "../../../platform/webhook-receiver.ts";

/** Whatever of it stands in an answer throws: each client looks for what was planted, and so does the folder's check at the end. */
export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const { receiver } = scene.servers;
	const trigger = await tenant.trigger({ scheme: "standard", input: { headers: { $from: "1" }, body: { $from: "0" } } });
	const [good, bad] = [
		await tenant.endpoint({ url: receiver.urlOf(), events: ["*"], payload: "full" }),
		await tenant.endpoint({ url: receiver.urlOf(saying(410)), events: ["*"] }),
	];
	wantStatus("A webhook", [await sendHook(scene, trigger, signedHook("standard", { secret: tenant.secret, body: "{}" }))], 202);
	await tenant.delivery(good, ({ status }) => status === "succeeded");
	await tenant.delivery(bad, ({ status }) => status === "failed");
	const paths = [
		"/v1/endpoints",
		`/v1/endpoints/${good.id}`,
		"/v1/triggers",
		`/v1/triggers/${trigger.id}`,
		`/v1/triggers/${trigger.id}/requests`,
		"/v1/deliveries",
		"/v1/events",
		"/v1/runs",
		"/v1/secrets",
		"/v1/agents",
	];
	for (const path of paths) {
		const { status, text } = await probe(scene, { path, key: tenant.key });
		want(`GET ${path}`, status === 200 && !text.includes("whsec_") && !/sealed|secretVersion/.test(text), text.slice(0, 300));
		for (const key of [scene.attacker.key, null]) await probe(scene, { path, key });
	}
	const changes: [string, string, unknown][] = [
		["PATCH", `/v1/endpoints/${good.id}`, { description: "x" }],
		["PATCH", `/v1/endpoints/${good.id}`, { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
		["PATCH", `/v1/endpoints/${good.id}`, { sealed: "x" }],
		["POST", "/v1/endpoints", { url: receiver.urlOf(), events: ["*"], secret: tenant.secret }],
		["POST", `/v1/endpoints/${good.id}/disable`, undefined],
		["POST", `/v1/endpoints/${good.id}/enable`, undefined],
		["PATCH", `/v1/triggers/${trigger.id}`, { name: "x" }],
		["DELETE", `/v1/endpoints/${bad.id}`, undefined],
	];
	for (const [method, path, body] of changes) {
		const { text, status } = await probe(scene, {
			method,
			path,
			key: tenant.key,
			...(body === undefined ? {} : { body }),
			mayEcho: [tenant.secret, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
		});
		want(`${method} ${path}`, status >= 400 || !/whsec_|sealed/.test(text), text.slice(0, 300));
	}
	// A sealed secret of the name that the platform keeps its own by would be the endpoint's.
	for (const name of [`endpoint/${good.id}`, `endpoint%2f${good.id}`, `${good.id}/secret`]) {
		const { status } = await tenant.api.request("PUT", `/v1/secrets/${name}`, { value: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1" });
		want(`Sealing a secret named ${name}`, status === 400 || status === 404, status);
	}
	for (const { headers, body } of receiver.at(good.url)) scene.platform.canaries.check("a delivery", `${body}${JSON.stringify(headers)}`);
};
