/*
 * G29 Approves one call many times at once, and again after that
 * wall: approvals
 * ends: held
 */
import assert from "node:assert/strict";
import { makePayingAgent } from "../../paying-agent.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { start, approvalOf, decide, ended, paid } = await makePayingAgent(scene, "payer-of-many");
	const run = await start(`const { status } = await pay("/many", "1"); return status;`);
	const approval = await approvalOf(run);
	const answers = await Promise.all(Array.from({ length: 8 }, () => decide(approval, "approve")));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(409)]);
	assert.equal((await ended(run)).result, 200);
	assert.equal((await decide(approval, "approve")).status, 409);
	assert.deepEqual(paid("/many"), ["1"]);
};
