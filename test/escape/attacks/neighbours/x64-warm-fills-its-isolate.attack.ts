/*
 * X64 Keeps some more memory in its warm isolate with each run, far past what a run may have
 * wall: memory
 * ends: held
 */
import assert from "node:assert/strict";
import { makeAgent } from "../../../platform/start-platform.ts";
import type { Scene } from "../../scene.ts";

const [RUNS, MEBIBYTES] = [30, 16];
const PROGRAM = `const kept = [];
export default async () => { kept.push(new Uint8Array(${MEBIBYTES} << 20).fill(1)); return kept.length; };`;

export const attack = async ({ platform, victim }: Scene): Promise<void> => {
	// A tenant of its own, whose processes hold nothing else.
	const { api } = await platform.tenant("hoarder");
	const policy = { limits: { memoryMb: 64 } };
	const agent = await makeAgent(api, { name: "warm-hoarder", program: PROGRAM, language: "javascript", isolation: "warm", policy });
	let most = 0;
	for (let index = 0; index < RUNS; index += 1) {
		const run = await api.run({ agent: agent.id });
		assert.deepEqual([run.status, run.error], ["succeeded", null]);
		most = Math.max(most, Number(run.result));
		if (index % 10 === 0) await victim.work();
	}
	assert.ok(most > 1, `none of ${RUNS} runs came into the isolate of the one before it`);
	// What one process keeps is bounded, whatever its runs leave: a little above LIMITS.executorRetainedMb.
	assert.ok(most * MEBIBYTES <= 64, `${most} runs kept ${most * MEBIBYTES} MiB in one isolate`);
};
