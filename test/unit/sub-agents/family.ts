import { env } from "cloudflare:workers";
import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import { childRunId } from "../../../contract/ids.ts";
import type { BeginCallAnswer } from "../../../worker/agents/object/begin-call.ts";
import type { Env } from "../../../worker/env.ts";
import { prepareAgain } from "../../../worker/gate/prepare-again.ts";
import { type ChildStart, startChild } from "../../../worker/sub-agents/start-child.ts";
import { type AgentUnderTest, makeAgent } from "../agents/agent-under-test.ts";
import { type Asked, admitTo, RunUnderTest } from "../agents/run-under-test.ts";

/** What one call may lend in these tests. */
export const SLICE = { runs: 4, calls: 20, cpuMs: 4_000, wallMs: 40_000, tokens: 100, egressBytes: 5_000, usdMicros: 10_000 };

/** A grant to run an agent. */
export const runsOf = (agent: string, rest: Record<string, unknown> = {}): Policy["grants"][string] => ({
	verb: "agent.run",
	agent,
	budget: SLICE,
	...rest,
});

export const RUN: Asked = ["work", "run", { input: 1 }];

/** Compiles nothing and takes every program for this one; the compiler has its own tests. */
const compiler: Fetcher = {
	fetch: async () =>
		Response.json({ kind: "compiled", program: { main: "main.js", modules: { "main.js": "export default () => 1" }, sources: {} } }),
	connect: () => {
		throw new Error("nobody connects");
	},
};
export const starting: Env = { ...env, EXECUTOR: "remote", EXECUTOR_SERVICE: compiler };

/** Two agents of a tenant: what the first may do, with `work` that runs the second, and what the second may do. */
export const makePair = async (
	parentGrants: Policy["grants"] = {},
	childGrants: Policy["grants"] = {},
	{ work = {}, limits = {}, childLimits = {} }: { work?: Record<string, unknown>; limits?: BudgetLimits; childLimits?: BudgetLimits } = {},
): Promise<{ parent: AgentUnderTest; child: AgentUnderTest }> => {
	const parent = await makeAgent({ grants: {} }, limits);
	const { tenantId } = parent.entry;
	const child = await makeAgent({ grants: childGrants }, childLimits, tenantId);
	await give(child, { program: "export default () => 1" });
	await give(parent, { policy: { grants: { ...parentGrants, work: runsOf(child.entry.agentId, work) } } });
	return { parent, child };
};

/** Changes an agent. */
export const give = async ({ object, entry }: AgentUnderTest, patch: Parameters<AgentUnderTest["object"]["change"]>[1]): Promise<void> => {
	const changed = await object.change(entry, patch);
	if ("kind" in changed) throw new Error(changed.message);
};

/** Does what the gate does for a call that starts a run. */
export const start = async ({ agent }: RunUnderTest, begun: BeginCallAnswer): Promise<ChildStart> => {
	const act = begun.kind === "act" ? prepareAgain(begun) : null;
	if (begun.kind !== "act" || act?.where !== "agent") throw new Error(`the call is to start a run: ${JSON.stringify(begun)}`);
	const { tenantId, agentId } = agent.entry;
	return startChild({ env: starting, object: agent.object, tenantId, agentId, callId: begun.callId }, act.order);
};

/** A run that a call of another one has started, in its first attempt. */
export const begotten = async (
	run: RunUnderTest,
	child: AgentUnderTest,
	place = 1,
	asked: Asked = RUN,
): Promise<{ callId: string; born: RunUnderTest }> => {
	const begun = await run.begin(place, asked);
	const started = await start(run, begun);
	if (begun.kind !== "act" || started.kind !== "started") throw new Error(`the run is to be started: ${JSON.stringify(started)}`);
	const born = new RunUnderTest(child, childRunId(begun.callId, child.entry.agentId), 0);
	await born.claim();
	return { callId: begun.callId, born };
};

/** A run that nobody's program started, in its first attempt. */
export const root = (agent: AgentUnderTest, limits: Parameters<typeof admitTo>[1] = {}): Promise<RunUnderTest> =>
	admitTo(agent, { inlineMs: 60_000, ...limits });

/** Looks until something holds, as long as a test may last. */
export const until = async (holds: () => Promise<boolean>): Promise<void> => {
	while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** All of an agent's budget: settled ever, and held now. */
export const budgetOf = async ({ object, entry }: AgentUnderTest) => {
	const window = (await object.budget(entry))?.windows.lifetime;
	if (window === undefined) throw new Error("the agent has a budget");
	return { settled: window.settled, held: window.held };
};
