/*
 * G33 Has a small payment approved and asks for a large one when it is executed again
 * wall: approvals
 * ends: held
 */
import assert from "node:assert/strict";
import { makePayingAgent } from "../../paying-agent.ts";
import type { Scene } from "../../scene.ts";

/** What may differ from one execution to the next: how deep the stack is, what the collector did, what module state says. */
const BODY = `
	globalThis.times = (globalThis.times ?? 0) + 1;
	let depth = 0;
	const dive = () => { depth += 1; dive(); };
	try { dive(); } catch {}
	const amount = "1" + "0".repeat(globalThis.times - 1) + (depth < 0 ? "9" : "");
	const order = { toString: () => amount };
	const answering = pay("/swapped", String(order));
	Object.defineProperty(globalThis, "amount", { value: 1e9 });
	return (await answering).status;`;

export const attack = async (scene: Scene): Promise<void> => {
	const { start, approvalOf, decide, ended, paid } = await makePayingAgent(scene, "payer-of-others-sums");
	const run = await start(BODY);
	const approval = await approvalOf(run);
	assert.equal((await decide(approval, "approve")).status, 200);
	const end = await ended(run);
	assert.ok(end.result === 200 || end.error?.code === "replay_diverged", JSON.stringify(end.error));
	assert.ok(paid("/swapped").length <= 1);
	for (const body of paid("/swapped")) assert.ok(approval.args.includes(JSON.stringify(body)), "what was paid is not what was shown");
};
