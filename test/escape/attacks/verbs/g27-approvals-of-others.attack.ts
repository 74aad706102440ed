/*
 * G27 Decides with another tenant's key, another digest, an unknown id, and a second time
 * wall: approvals
 * ends: held
 */
import assert from "node:assert/strict";
import { errorOf } from "../../../platform/start-platform.ts";
import { makePayingAgent } from "../../paying-agent.ts";
import type { Scene } from "../../scene.ts";

export const attack = async (scene: Scene): Promise<void> => {
	const { start, approvalOf, decide, ended, paid } = await makePayingAgent(scene, "payer-of-others");
	const run = await start(`await pay("/of-others", "1");`);
	const approval = await approvalOf(run);
	const path = `/v1/approvals/${approval.id}/decide`;
	const theirs = await scene.victim.api.request("POST", path, {
		decision: "approve",
		digest: approval.digest,
	});
	assert.equal(theirs.status, 404);
	const unknown = approval.id.replace(/.{8}$/, "00000000");
	const nobodys = await scene.api.request("POST", `/v1/approvals/${unknown}/decide`, { decision: "approve", digest: approval.digest });
	assert.equal(nobodys.status, 404);
	const other = await decide(approval, "approve", `sha256:${"0".repeat(64)}`);
	assert.equal(errorOf(other).code, "approval_changed");
	assert.deepEqual(paid("/of-others"), []);
	assert.equal((await decide(approval, "deny")).status, 200);
	assert.equal(errorOf(await decide(approval, "approve")).code, "approval_settled");
	assert.equal((await ended(run)).error?.code, "approval_denied");
	assert.deepEqual(paid("/of-others"), []);
};
