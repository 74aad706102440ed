/*
 * G06 Goes on calling when its grant is switched off, and when its agent is
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import type { Run } from "../../../../contract/runs.ts";
import { runEnded } from "../../../platform/run-to-end.ts";
import { makeAgent, pollUntil } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const LOOP = (url: string): string => `export default async (input, env) => {
	for (;;) {
		const said = await env.web.fetch("${url}").then(({ status }) => status, (error) => error.code);
		if (said !== 200) return said;
	}
};`;

export const attack = async ({ api, upstream, victim }: Scene): Promise<void> => {
	const allow = [{ host: upstream.host, scheme: "http", methods: ["GET"] }];
	const web = { verb: "http.fetch", allow, limits: { calls: 10_000 } };
	const { id } = await makeAgent(api, {
		name: "switched-off",
		policy: {
			grants: { web },
			limits: { wallMs: 25_000, cpuMs: 5_000, calls: 10_000 },
		},
	});
	const arrived = (path: string): number => upstream.arrived.filter(({ url }) => url === path).length;
	const under = async (path: string): Promise<Run> => {
		const program = LOOP(`http://${upstream.host}${path}`);
		const run = await api.run({
			agent: "switched-off",
			program,
			language: "javascript",
			wait: 0,
		});
		await pollUntil(
			async () => arrived(path),
			(count) => count > 2,
		);
		return run;
	};
	const ended = (run: Run) => runEnded(api, run.id);
	const first = await under("/switched-grant");
	assert.equal((await api.request("POST", `/v1/agents/${id}/grants/web/disable`)).status, 200);
	const end = await ended(first);
	assert.equal(end.result, "capability_not_granted");
	const before = arrived("/switched-grant");
	await victim.work();
	assert.equal(arrived("/switched-grant"), before);
	assert.equal((await api.request("POST", `/v1/agents/${id}/grants/web/enable`)).status, 200);
	const second = await under("/switched-agent");
	assert.equal((await api.request("POST", `/v1/agents/${id}/disable`)).status, 200);
	assert.equal((await ended(second)).status, "cancelled");
	const last = arrived("/switched-agent");
	await victim.work();
	// One request may have been on its way when the switch was answered.
	assert.ok(arrived("/switched-agent") <= last + 1);
};
