import { describe, expect, it } from "vitest";
import type { FlowRule } from "../../../contract/agents.ts";
import { doneEnd, type AgentUnderTest } from "./agent-under-test.ts";
import { GET, GRANTS, note, POST, type RunUnderTest, SEND, startRun } from "./run-under-test.ts";

type Flow = FlowRule;
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

const named = (hosts?: readonly string[], otherwise: "approve" | "deny" = "deny"): Flow => ({
	allow: [{ grant: "web", ...(hosts === undefined ? {} : { hosts: [...hosts] }) }],
	otherwise,
});
const HERE = ["example.com"];

describe("a rule that names recipients", () => {
	it("lets calls to them go unasked, and others as it says", async () => {
		const deny = await startMixed(named(HERE));
		await deny.act(1, GET);
		expect(await deny.ask(2, SEND)).toMatchObject({ code: "flow_denied", message: expect.stringContaining("env.web (example.com)") });
		const approve = await startMixed(named(HERE, "approve"));
		await approve.act(1, POST);
		const callId = await approve.waits(2, SEND);
		expect((await approve.calls()).find(({ id }) => id === callId)?.rule).toBe("approval and flow");
	});

	it("gives whoever performs the call the grant within these hosts, so that no redirect leads on", async () => {
		const wide = { web: { verb: "http.fetch", allow: [{ host: "example.com" }, { host: "*.example.org" }] } };
		const run = await startRun(
			{ labels: ["private", "untrusted"] },
			{ grants: wide, flow: { "private+untrusted -> external": named(HERE) } },
		);
		const begun = await run.begin(1, GET);
		expect(begun).toMatchObject({ kind: "act", grant: { allow: [{ host: "example.com" }] } });
		const before = await startRun({ labels: ["private"] }, { grants: wide, flow: { "private+untrusted -> external": named(HERE) } });
		expect(await before.begin(1, GET)).toMatchObject({ kind: "act", grant: { allow: wide.web.allow } });
	});

	it.each([
		["allow", named(["other.example"], "deny"), "error"],
		["allow", named(HERE), "act"],
		[named(HERE), "allow", "act"],
		[named(HERE), "approve", "wait"],
		[named(HERE), named(), "act"],
		[named(), named(["other.example"]), "error"],
	] as const)("binds together with the rule that replaces it: %j, then %j", async (before, after, outcome) => {
		const both = { ...GRANTS, web: { verb: "http.fetch", allow: [{ host: "example.com" }, { host: "other.example" }] } };
		const policy = (flow: Flow) => ({ grants: both, flow: { "private+untrusted -> external": flow } });
		const run = await startRun({ labels: ["private", "untrusted"] }, policy(before));
		await run.agent.object.change(run.agent.entry, { policy: policy(after) });
		const begun = await run.begin(1, GET);
		expect(begun.kind === "answer" ? "error" : begun.kind).toBe(outcome);
	});

	it("denies what was approved without a word of the flow, once it names the recipient no more", async () => {
		const sends = (flow: Flow) => ({ grants: GRANTS, flow: { "private+untrusted -> external": flow } });
		const before: Flow = { allow: [{ grant: "send" }], otherwise: "deny" };
		const run = await startRun({ labels: ["private", "untrusted"] }, sends(before));
		const callId = await run.waits(1, SEND);
		await run.park(callId);
		await run.decide(callId, "approve");
		await run.agent.object.change(run.agent.entry, { policy: sends(named(HERE, "approve")) });
		await run.claim();
		expect(await run.ask(1, SEND)).toMatchObject({ kind: "error", code: "flow_denied", message: expect.stringContaining("tightened") });
	});
});

describe("labels that every run of the agent begins with", () => {
	const begins = { "private+untrusted -> external": "deny", labels: ["untrusted"] } as const;

	it("are the run's, beside those of its request", async () => {
		const run = await startRun({ labels: ["private"] }, { grants: GRANTS, flow: { ...begins, labels: ["untrusted"] } });
		expect((await run.run()).labels).toEqual(["private", "untrusted"]);
		expect(await run.ask(1, GET)).toMatchObject({ code: "flow_denied" });
	});

	it("bind a run that goes on when the policy gets them", async () => {
		const run = await startRun({ labels: ["private"] }, { grants: GRANTS, flow: { "private+untrusted -> external": "deny" } });
		await run.agent.object.change(run.agent.entry, { policy: { grants: GRANTS, flow: { ...begins, labels: ["untrusted"] } } });
		expect(await run.ask(1, GET)).toMatchObject({ code: "flow_denied" });
	});
});
