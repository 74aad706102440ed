/*
 * G06 Goes on calling after its run was cancelled, by many loops at once, with a method that it kept
 * wall: grants
 * ends: held
 */
import assert from "node:assert/strict";
import { Call, Run } from "../../../../contract/runs.ts";
import { allPages, pollUntil } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const PROGRAM = `export default async (input, env) => {
	const { fetch } = env.web;
	const { exists } = env.files;
	const loop = async (call) => { for (;;) { try { await call(); } catch {} } };
	await Promise.all([
		loop(() => fetch("http://" + input.upstream + "/after-cancel")),
		...Array.from({ length: 12 }, () => loop(() => exists("/workspace/output/a"))),
	]);
};`;
const RUNS = 2;

export const attack = async ({ api, input, upstream, victim }: Scene): Promise<void> => {
	const arrivals = (): number => upstream.arrived.filter(({ url }) => url === "/after-cancel").length;
	const callsOf = (id: string) => allPages(api, `/v1/runs/${id}/calls`, Call, 200);
	for (let i = 0; i < RUNS; i += 1) {
		const before = arrivals();
		const begun = await api.run({ agent: "hostile", program: PROGRAM, language: "javascript", input, wait: 0 });
		const seen = await pollUntil(
			async () => arrivals() - before,
			(count) => count > 1,
		);
		assert.ok(seen > 1);
		const { endedAtMs } = await api.expect(200, Run, "POST", `/v1/runs/${begun.id}/cancel`);
		assert.notEqual(endedAtMs, null);
		const counted = (await callsOf(begun.id)).length;
		await victim.work();
		const calls = await callsOf(begun.id);
		assert.equal(calls.length, counted);
		assert.deepEqual(
			calls.filter(({ startedAtMs }) => startedAtMs > (endedAtMs ?? 0)),
			[],
		);
		assert.ok(arrivals() - before <= calls.filter(({ grant }) => grant === "web").length);
	}
};
