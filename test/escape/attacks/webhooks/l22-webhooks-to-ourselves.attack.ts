/*
 * L22 Points endpoints at the API itself and at hooks, its own and another tenant's, and forges the count of hops
 * wall: webhooks
 * ends: held
 */
import { LIMITS } from "../../../../contract/limits.ts";
import { HookRun } from "../../../../contract/triggers.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import { hookTenant } from "../../hook-tenant.ts";
import { sendRaw, wantAnswered } from "../../raw-request.ts";
import type { Scene } from "../../scene.ts";
import { sendHook, signedHook, want, wantStatus } from "../../send-hook.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const tenant = await hookTenant(scene);
	const trigger = await tenant.trigger({ scheme: "standard" });
	const { host, port } = new URL(scene.url);
	const urls = [
		`http://${host}/v1/runs`,
		`http://${host}/hooks/${trigger.id}`,
		trigger.url,
		`https://${host}/hooks/${trigger.id}`,
		`http://localhost:${port}/v1/runs`,
	];
	for (const url of [...urls, `http://[::1]:${port}/hooks/${trigger.id}`, `http://${scene.servers.receiver.host}@${host}/`]) {
		const { status, body } = await tenant.api.request("POST", "/v1/endpoints", { url, events: ["*"] });
		want(`An endpoint at ${url}`, status === 400, [status, body]);
	}
	const hop = (id: string, hops: string) =>
		sendHook(scene, trigger, signedHook("standard", { secret: tenant.secret, body: "{}", id }, { "cordon-hops": hops }));
	for (const hops of [LIMITS.webhookHops, LIMITS.webhookHops + 1, 99, 9_999])
		wantStatus(`A webhook of ${hops} hops`, [await hop(`hops-${hops}`, String(hops))], 508);
	for (const hops of ["-1", "1e9", "99999", "0x1", "NaN", "1.5", " ", "4,0", "0,4", "0, 0", "+1", "٤"].filter((text) =>
		/^[ -~]*$/.test(text),
	))
		wantStatus(`A webhook of "${hops}" hops`, [await hop("odd-hops", hops)], 400, 508, ...(hops.trim() === "" ? [400] : []));
	// The count is not signed, and so nothing that it says is taken for less than it is when it stands there twice.
	const { headers } = signedHook("standard", { secret: tenant.secret, body: "{}", id: "twice" });
	const lines = [...Object.entries(headers), ["cordon-hops", "0"], ["Cordon-Hops", "9"]].map(([name, value]) => `${name}: ${value}`);
	const said = await sendRaw(
		scene.url,
		[`POST /hooks/${trigger.id} HTTP/1.1`, "Host: x", "Connection: close", "Content-Length: 2", ...lines, "", "{}"].join("\r\n"),
	);
	wantAnswered("Two counts of hops", said, 400, 508);
	const runs = await tenant.runs();
	want("Runs of any of these", runs.length === 0, runs);
	// What a webhook started tells on with one hop more, whatever its payload says.
	const endpoint = await tenant.endpoint({ url: scene.servers.receiver.urlOf(), events: ["run.succeeded"] });
	const third = await hop("third", String(LIMITS.webhookHops - 1));
	wantStatus("A webhook of 3 hops", [third], 202);
	const { run } = HookRun.parse(JSON.parse(third.text));
	const delivered = await pollUntil(
		async () => scene.servers.receiver.at(endpoint.url).find(({ body }) => body.includes(run)),
		(found) => found !== undefined,
	);
	want("The hops of what came of it", delivered?.headers["cordon-hops"] === String(LIMITS.webhookHops), delivered?.headers);
};
