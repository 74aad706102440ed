/*
 * F04 Leaves calls, timers and loops of calls behind when it answers
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import { Call } from "../../../../contract/runs.ts";
import { allPages } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default async (input, env) => {
	const go = async (path) => { for (;;) await env.web.fetch("http://" + input.upstream + path); };
	go("/dangling"); go("/dangling");
	setTimeout(() => go("/dangling-late"), 200);
	await new Promise((resolve) => setTimeout(resolve, 100));
	return "over";
};`;

export const attack = async ({ api, input, upstream, victim }: Scene): Promise<void> => {
	const arrivals = (path: string): number => upstream.arrived.filter(({ url }) => url === path).length;
	const run = await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", input });
	assert.deepEqual([run.status, run.result], ["succeeded", "over"]);
	const callsOf = () => allPages(api, `/v1/runs/${run.id}/calls`, Call, 200);
	const calls = (await callsOf()).length;
	// Time passes, and something honest happens in it.
	for (let i = 0; i < 5; i += 1) await victim.work();
	assert.equal((await callsOf()).length, calls);
	assert.ok(arrivals("/dangling") <= calls);
	assert.equal(arrivals("/dangling-late"), 0);
};
