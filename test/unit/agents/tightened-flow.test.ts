import { describe, expect, it } from "vitest";
import type { FLOW_RULES } from "../../../contract/agents.ts";
import { doneEnd, type AgentUnderTest } from "./agent-under-test.ts";
import { GET, GRANTS, note, POST, type RunUnderTest, SEND, startRun } from "./run-under-test.ts";

type Flow = (typeof FLOW_RULES)[number];
const policyOf = (flow: Flow) => ({ grants: GRANTS, flow: { "private+untrusted -> external": flow } });
/** Changes the agent's flow rule under its runs. */
const change = ({ agent }: { agent: AgentUnderTest }, flow: Flow) => agent.object.change(agent.entry, { policy: policyOf(flow) });

/** A run that private and untrusted data have met in. */
const startMixed = (flow: Flow): Promise<RunUnderTest> => startRun({ labels: ["private", "untrusted"] }, policyOf(flow));
/** The same, and a person has approved what it sends. */
const approvedRun = async (flow: Flow): Promise<{ run: RunUnderTest; callId: string }> => {
	const run = await startMixed(flow);
	const callId = await run.waits(1, SEND);
	await run.park(callId);
	await run.decide(callId, "approve");
	return { run, callId };
};

describe("a flow rule that is tightened while a run goes", () => {
	it.each([
		["allow", "deny"],
		["approve", "deny"],
	] as const)("from %s to %s denies new calls of it, and those that a person has approved", async (before, after) => {
		const { run, callId } = await approvedRun(before);
		await change(run, after);
		await run.claim();
		expect(await run.ask(1, SEND)).toMatchObject({ kind: "error", code: "flow_denied" });
		expect(await run.ask(2, POST)).toMatchObject({ kind: "error", code: "flow_denied" });
		expect((await run.calls()).find(({ id }) => id === callId)).toMatchObject({ status: "denied" });
	});

	it("to approve asks about new calls, and denies what was approved without a word of the flow", async () => {
		const { run } = await approvedRun("allow");
		await change(run, "approve");
		await run.claim();
		expect(await run.ask(1, SEND)).toMatchObject({ kind: "error", code: "flow_denied", message: expect.stringContaining("tightened") });
		await run.waits(2, POST);
		await run.waits(3, SEND);
		const rules = await Promise.all(
			(await run.run()).pendingApprovals.map(async ({ id }) => (await run.agent.object.approval(id))?.rule ?? ""),
		);
		expect(rules.map((rule) => rule.includes("private and untrusted"))).toEqual([true, true]);
	});

	it("performs what was approved after it, since the person was told of the flow", async () => {
		const run = await startMixed("allow");
		await change(run, "approve");
		const callId = await run.waits(1, SEND);
		await run.park(callId);
		await run.decide(callId, "approve");
		await run.claim();
		expect(await run.act(1, SEND)).toBe(callId);
		await run.agent.object.endCall(doneEnd(callId));
	});

	it("denies a call that would be performed a second time", async () => {
		const run = await startMixed("allow");
		await run.act(1, GET);
		await change(run, "deny");
		await run.lose();
		await run.inside((state) => state.performing.clear());
		await run.claim();
		expect(await run.ask(1, GET)).toMatchObject({ kind: "error", code: "flow_denied" });
	});

	it("changes nothing for what sends nothing out of the house, and a milder rule lets nothing more through", async () => {
		const run = await startMixed("approve");
		await change(run, "allow");
		await run.waits(1, POST);
		await change(run, "deny");
		const noted = await run.waits(2, note("n"));
		expect(await run.decide(noted, "approve")).toMatchObject({ kind: "decided" });
		expect(await run.look(noted)).toMatchObject({ kind: "answer" });
	});
});
