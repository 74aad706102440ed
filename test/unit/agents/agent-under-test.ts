import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { z } from "zod";
import type { Policy } from "../../../contract/agents.ts";
import type { BudgetLimits } from "../../../contract/budgets.ts";
import { locatorOf, newId, newRoutedId } from "../../../contract/ids.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { type AgentEntry, agentObject, insertAgent } from "../../../worker/agents/agent-registry.ts";
import type { AdmitCommand } from "../../../worker/agents/object/admit-run.ts";
import type { BeginCallAnswer } from "../../../worker/agents/object/begin-call.ts";
import type { EndCallCommand } from "../../../worker/agents/object/end-call.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";
import type { AgentPort } from "../../../worker/env.ts";
import { errorText, valueText } from "../../../worker/executor/answer-text.ts";
import { admitCommand } from "./admit-command.ts";

/** An agent of a tenant of its own, with its object. */
export interface AgentUnderTest {
	readonly entry: AgentEntry;
	readonly object: AgentPort;
	newRunId(): string;
	command(overrides?: Partial<AdmitCommand>): AdmitCommand;
	locator: string;
}

/** @param tenantId whose it is; left out: a tenant's of its own */
export const makeAgent = async (
	policy: Policy = { grants: {} },
	limits: BudgetLimits = {},
	tenantId: string | null = null,
): Promise<AgentUnderTest> => makeAgentOf(tenantId ?? newId("ten"), tenantId === null ? "worker" : newId("agt"), policy, limits);

const makeAgentOf = async (tenantId: string, name: string, policy: Policy, limits: BudgetLimits): Promise<AgentUnderTest> => {
	const birth = { name, policy, program: null, language: "typescript", budget: { limits } } as const;
	const entry = await insertAgent(env, tenantId, birth, Date.now());
	const locator = locatorOf(entry.agentId);
	const newRunId = (): string => newRoutedId("run", locator);
	return {
		entry,
		object: agentObject(env, entry),
		newRunId,
		locator,
		command: (overrides = {}) => admitCommand(newRunId(), overrides),
	};
};

/** A good end of an attempt. */
export const goodEnd = (runId: string, attempt = 1): FinishCommand => ({
	runId,
	attempt,
	ending: "ended",
	status: "succeeded",
	result: { answer: 42 },
	error: null,
	logs: [{ seq: 1, atMs: 1, level: "log", text: "hello" }],
	logsTruncated: false,
	choices: "0 ",
	places: null,
	sent: null,
	timerAtMs: null,
	cpuMs: 7.2,
	wallMs: 12.9,
	startedAtMs: Date.now(),
});

/** The arguments of a fetch that the policies of these tests allow. */
export const FETCH_ARGS = [{ url: "https://example.com/", method: "GET", headers: [], body: null, redirect: "follow" }];

/** A call as a test says it. `place`: its place in the program's order; `at`: all that the isolate says of it, in its place. */
export interface TestCall {
	readonly runId: string;
	readonly grant: string;
	readonly method: string;
	readonly args: readonly unknown[];
	readonly attempt?: number;
	readonly place?: number;
	readonly at?: string;
}

/** What the object is told of a call. */
export const callOf = ({ locator }: Pick<AgentUnderTest, "locator">, { place = 1, attempt = 1, args, at, ...rest }: TestCall) => ({
	...rest,
	attempt,
	args: JSON.stringify(args),
	at: at ?? `${place} 0 `,
	locator,
});

const Answer = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("value"), value: z.string() }),
	z.strictObject({ kind: z.literal("error"), code: z.string(), message: z.string(), hint: z.string(), details: z.unknown().optional() }),
]);

/** An answer as its program sees it, also one that is still to be put into the store: `done` with the value, or the error; what is no answer stays as it is. */
export const seenBy = (begun: BeginCallAnswer) => {
	if (begun.kind !== "answer" && begun.kind !== "keep") return begun;
	const answer = Answer.parse(JSON.parse(begun.text));
	if (answer.kind === "error") return answer;
	const decoded = decodeValue(answer.value);
	if (decoded.kind === "refused") throw new Error(decoded.why);
	return { kind: "done" as const, value: decoded.value };
};

/** A call with its answer as its program sees it. */
export const call = async (agent: Pick<AgentUnderTest, "locator"> & { object: Pick<AgentPort, "beginCall"> }, command: TestCall) =>
	seenBy(await agent.object.beginCall(callOf(agent, command)));

/** A good end of a call, with what its program gets. */
export const doneEnd = (callId: string, cost: { egressBytes?: number; tokens?: number } = {}, value: unknown = "done"): EndCallCommand => ({
	callId,
	outcome: { kind: "done", cost },
	answer: { text: valueText(value, false), key: null },
});

/** A bad end of a call. */
export const failedEnd = (callId: string, cost: { egressBytes?: number } = {}): EndCallCommand => ({
	callId,
	outcome: { kind: "failed", code: "upstream_failed", message: "it broke", cost },
	answer: { text: errorText("upstream_failed", "it broke"), key: null },
});

const isStub = (object: object): object is DurableObjectStub<undefined> => "id" in object;

/** The way into the object itself. */
export const stubOf = ({ object }: Pick<AgentUnderTest, "object">): DurableObjectStub<undefined> => {
	if (!isStub(object)) throw new Error("the agent's object is a stub");
	return object;
};

/** Lets the alarm ring now. */
export const ring = async (agent: AgentUnderTest): Promise<void> => {
	await runInDurableObject(stubOf(agent), (_instance, { storage }) => storage.setAlarm(Date.now() + 60_000));
	await runDurableObjectAlarm(stubOf(agent));
};

/** What is held in the day's window, all dimensions together. */
export const heldOf = async ({ object, entry }: AgentUnderTest): Promise<number> =>
	Object.values((await object.budget(entry))?.windows.day.held ?? { none: -1 }).reduce((sum, amount) => sum + amount, 0);
