import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { changeAgent } from "../../../worker/agents/object/configure.ts";
import type { ObjectState } from "../../../worker/agents/object/object-state.ts";
import { call, FETCH_ARGS, goodEnd, makeAgent, stubOf } from "../agents/agent-under-test.ts";
import { makeApproving } from "../approvals/approving.ts";

/** An agent of which a switch was thrown and the object died before its parked runs were ended. */
const halted = async (work: (state: ObjectState) => unknown) => {
	const agent = await makeApproving();
	const runId = await agent.begin();
	const approval = await agent.asked(runId, "web", "fetch", FETCH_ARGS);
	await agent.park(runId);
	await agent.at(work);
	await evictDurableObject(stubOf(agent));
	return { agent, runId, approval };
};
const disable = (state: ObjectState) => changeAgent(state, { status: "disabled" }, Date.now());
const suspend = (state: ObjectState) => state.facts.putSuspended(true);

describe.each([
	["disabled", disable],
	["suspended", suspend],
] as const)("runs of an agent that was %s and that nobody has ended yet", (_, work) => {
	it("are executed by nobody, whatever is decided of them, and ended by the alarm", async () => {
		const { agent, runId, approval } = await halted(work);
		await agent.decide(approval);
		expect(await agent.claim(runId)).toBe(false);
		await agent.alarm();
		expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled" });
		expect(await agent.approval(approval.id)).not.toMatchObject({ status: "pending" });
	});
});

it("an agent that is enabled again has none of the runs that it had when it was disabled", async () => {
	const { agent, runId } = await halted(disable);
	expect(await agent.object.enable(agent.entry)).toMatchObject({ status: "active" });
	expect(await agent.object.run(runId)).toMatchObject({ status: "cancelled", error: { message: "The agent was disabled" } });
	expect(await agent.claim(runId)).toBe(false);
});

it("disabling an agent names a call that is still performed though its run has ended, and sent again names it again", async () => {
	const agent = await makeAgent({ grants: { web: { verb: "http.fetch", allow: [{ host: "example.com" }] } } });
	const command = agent.command();
	await agent.object.admit(agent.entry, command);
	const begun = await call(agent, { runId: command.runId, grant: "web", method: "fetch", args: FETCH_ARGS });
	if (begun.kind !== "act") throw new Error("the call is to be performed");
	await agent.object.finish(goodEnd(command.runId));
	for (let times = 0; times < 2; times += 1)
		expect(await agent.object.stop(agent.entry, "disabled")).toMatchObject({
			cancelledRuns: [],
			callsInFlight: [begun.callId],
			runsLeft: 0,
		});
});
