/*
 * G28 Has several people approve and deny one call in the same moment
 * wall: approvals
 * ends: held
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { makePayingAgent } from "../../paying-agent.ts";
import type { Scene } from "../../scene.ts";

const Decided = z.object({ status: z.string() });

export const attack = async (scene: Scene): Promise<void> => {
	const { start, approvalOf, decide, ended, paid } = await makePayingAgent(scene, "payer-of-both");
	for (const round of [1, 2, 3]) {
		const path = `/both-${round}`;
		const run = await start(`await pay("${path}", "1"); return "paid";`);
		const approval = await approvalOf(run);
		const decisions = (["deny", "approve", "deny", "approve"] as const).map((decision) => decide(approval, decision));
		const won = (await Promise.all(decisions)).filter(({ status }) => status === 200);
		assert.equal(won.length, 1);
		const isApproved = Decided.parse(won[0]?.body).status === "approved";
		const end = await ended(run);
		assert.deepEqual([end.result, end.error?.code ?? null], isApproved ? ["paid", null] : [null, "approval_denied"]);
		assert.equal(paid(path).length, isApproved ? 1 : 0);
	}
};
