import { type ErrorCode, Refusal } from "../../contract/errors.ts";
import { childRunId } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import { type AgentEntry, agentObject, findAgent } from "../agents/agent-registry.ts";
import type { AdmitAnswer, AdmitCommand } from "../agents/object/admit-run.ts";
import type { OpenChildAnswer } from "../agents/object/open-child.ts";
import type { AgentPort, Env } from "../env.ts";
import { tenantPrices } from "../prices/known-prices.ts";
import { findProgram, type ReadyProgram } from "../runs/find-program.ts";
import { executorOf } from "../runs/start-run.ts";
import { type AgentOrder, SELF } from "../verbs/agent-run/agent-order.ts";
import { sendWaiting } from "./send-waiting.ts";

/** The call that starts a run, and whose it is. */
export interface StartingCall {
	readonly env: Env;
	/** The object of the run that calls. */
	readonly object: AgentPort;
	readonly tenantId: string;
	readonly agentId: string;
	readonly callId: string;
}

/** `started`: the call waits for the run, whatever dies from now on. `refused`: nothing was started. */
export type ChildStart = { kind: "started" } | { kind: "refused"; code: ErrorCode; message: string; hint?: string };
type Opened = Extract<OpenChildAnswer, { kind: "open" }>;

/**
 * Starts the run that a call asks for: it is written down with the run that calls, admitted by its own agent's object, and sent on its way. Its id is made of the
 * call's, so that doing all this again after a crash finds the same run.
 * @throws when an object could not be reached: what became of the run is found out when the call's own run goes on or ends.
 */
export const startChild = async (call: StartingCall, order: AgentOrder): Promise<ChildStart> => {
	const { env, object, callId, tenantId, agentId } = call;
	const entry = await findAgent(env, tenantId, order.agent === SELF ? agentId : order.agent);
	const opened = await object.openChild({
		...{ callId, agent: order.agent, atOnce: order.atOnce },
		childAgentId: entry?.agentId ?? agentId,
		childRunId: childRunId(callId, entry?.agentId ?? agentId),
	});
	if (opened.kind === "waits") return { kind: "started" };
	if (opened.kind === "over") return { kind: "refused", code: "run_ended", message: "Starting a run: the run that starts it is over" };
	if (opened.kind === "refused") return opened;
	const started = await startOpened(call, order, opened.isAgain ? await entryOf(call, opened) : entry, opened);
	if (started.kind === "refused") {
		await object.dropChild(callId);
		return started;
	}
	await object.awaitChild(callId);
	// One that was there before may have ended before its call was known to wait for it.
	const report = started.isKnown ? await agentObject(env, { tenantId, agentId: opened.childAgentId }).childReport(opened.childRunId) : null;
	if (report !== null) await object.childEnded(report);
	return { kind: "started" };
};

/** The agent that the call's run was opened for, whoever has its name by now. */
const entryOf = ({ env, tenantId }: StartingCall, { childAgentId }: Opened): Promise<AgentEntry | null> =>
	findAgent(env, tenantId, childAgentId);

type Started = { kind: "started"; isKnown: boolean } | Extract<ChildStart, { kind: "refused" }>;

const startOpened = async (call: StartingCall, order: AgentOrder, entry: AgentEntry | null, opened: Opened): Promise<Started> => {
	if (entry === null)
		return {
			kind: "refused",
			code: "capability_not_granted",
			message: `Starting a run: the tenant has no agent ${JSON.stringify(order.agent)}`,
		};
	const { env } = call;
	const child = agentObject(env, entry);
	// Whoever opened it before may have come as far as this.
	if (opened.isAgain && (await child.run(opened.childRunId)) !== null) return { kind: "started", isKnown: true };
	const ready = await programOf(call, order, entry, opened);
	if (ready.kind === "refused") return ready;
	const command = { ...commandOf(order, opened, ready.program), prices: await tenantPrices(env, entry.tenantId) };
	const admitted: AdmitAnswer = await child.admit({ tenantId: entry.tenantId, agentId: entry.agentId }, command);
	if (admitted.kind === "refused") return { ...admitted, code: atCall(admitted.code) };
	await sendWaiting(env, { tenantId: entry.tenantId, agentId: entry.agentId, runId: opened.childRunId });
	return { kind: "started", isKnown: admitted.kind === "exists" };
};

type FoundProgram = { kind: "ready"; program: ReadyProgram } | Extract<ChildStart, { kind: "refused" }>;

const programOf = async ({ env }: StartingCall, order: AgentOrder, entry: AgentEntry, { own }: Opened): Promise<FoundProgram> => {
	if (order.agent === SELF && order.program === null && own !== null) return { kind: "ready", program: { ...own, isolation: "fresh" } };
	try {
		// It has an isolate of its own, whatever its agent's runs have: who starts it is not who allowed that.
		const given = order.program === null ? { isolation: "fresh" as const } : { program: order.program, language: order.language };
		return { kind: "ready", program: await findProgram(env, entry, executorOf(env, "Starting a run"), given) };
	} catch (error) {
		if (error instanceof Refusal) return { kind: "refused", code: atCall(error.code), message: error.message, hint: error.hint };
		throw error;
	}
};

/** A code of the API as a program knows it. */
const atCall = (code: ErrorCode): ErrorCode => {
	if (code === "invalid_request") return "invalid_arguments";
	return code === "not_found" ? "capability_not_granted" : code;
};

const commandOf = (order: AgentOrder, opened: Opened, ready: ReadyProgram): AdmitCommand => ({
	runId: opened.childRunId,
	...ready,
	input: order.input,
	files: [],
	grants: order.grants,
	limits: null,
	labels: [...new Set([...opened.labels, ...order.labels])],
	metadata: {},
	// Nobody executes it here: it waits for whoever takes it first.
	executesUpToMs: 0,
	inlineMs: LIMITS.childInlineMs,
	mode: "live",
	origin: null,
	plan: null,
	parent: opened.parent,
	lender: opened.lender,
	canaries: opened.canaries,
	hops: opened.hops,
});
