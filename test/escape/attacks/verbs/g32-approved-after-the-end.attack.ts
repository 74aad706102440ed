/*
 * G32 Approves a call whose run was cancelled
 * wall: approvals
 * ends: held
 */
import assert from "node:assert/strict";
import { errorOf } from "../../../platform/start-platform.ts";
import { makePayingAgent } from "../../paying-agent.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { start, approvalOf, decide, read, paid } = await makePayingAgent(scene, "payer-of-the-end");
	const run = await start(`await pay("/the-end", "1");`);
	const approval = await approvalOf(run);
	const [cancelled] = await Promise.all([scene.api.request("POST", `/v1/runs/${run.id}/cancel`), scene.victim.work()]);
	assert.equal(cancelled.status, 200);
	assert.equal(errorOf(await decide(approval, "approve")).code, "approval_settled");
	assert.equal((await read(run)).status, "cancelled");
	assert.deepEqual(paid("/the-end"), []);
};
