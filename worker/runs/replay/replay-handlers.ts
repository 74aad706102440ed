import { Refusal } from "../../../contract/errors.ts";
import { locatorOf } from "../../../contract/ids.ts";
import { type AgentEntry, agentObject, findByLocator } from "../../agents/agent-registry.ts";
import { agentInPath } from "../../agents/named-agent.ts";
import type { Env } from "../../env.ts";
import type { Caller, Handlers } from "../../handler.ts";
import { sha256Hex } from "../../ledger/chain-call.ts";
import { findProgram } from "../find-program.ts";
import { executorOf, knownRun, waitMsOf } from "../start-run.ts";
import { findRecording } from "./find-recording.ts";
import { forkRun } from "./fork-run.ts";
import { replayAgentRuns } from "./replay-agent.ts";
import { replayRun } from "./replay-run.ts";

const ACTION = "Replaying a run";
/** Runs of an agent's replay when the request does not say. */
const DEFAULT_RUNS = 20;

/** An agent that takes runs. @throws Refusal in words */
const checkActive = async (env: Env, entry: AgentEntry): Promise<void> => {
	const agent = await agentObject(env, entry).agent(entry);
	if (agent === null) throw new Refusal("not_found", `${ACTION}: there is no such agent`);
	if (agent.status === "disabled") throw new Refusal("agent_disabled", `${ACTION}: the agent ${agent.name} is disabled`);
	if (agent.status === "archived") throw new Refusal("conflict", `${ACTION}: its agent is archived, and executes nothing any more`);
};

/** A fork is a run of its own, with the program that it is given: a dry one reads for real, a live one does everything. */
const checkMayFork = ({ scopes }: Caller): void => {
	if (scopes.includes("write:runs")) return;
	const message = "Forking a run: from: a fork executes as a run of its own, and the key lacks the scope write:runs";
	throw new Refusal("forbidden", message, { details: { scope: "write:runs" } });
};

/** Replays, forks, and regression tests of programs against recorded runs. */
export const replayHandlers: Handlers<"replayRun" | "replayAgent"> = {
	replayRun: async ({ env, caller, params, body, idempotencyKey, bodyDigest, waitUntil }) => {
		const { from } = body;
		if (from !== undefined) checkMayFork(caller);
		const entry = await findByLocator(env, caller.tenantId, locatorOf(params.id));
		if (entry === null) throw new Refusal("not_found", `${ACTION}: there is no run of that id`);
		const keyed = from !== undefined && idempotencyKey !== null;
		// The same body forks another run under another id.
		const digest = sha256Hex(`${bodyDigest} ${params.id}`);
		const given = keyed ? { tenantId: caller.tenantId, key: idempotencyKey, bodyDigest: digest } : null;
		const earlier = await knownRun(env, given, waitMsOf(body.wait));
		if (earlier !== null) return forked({ verdict: "forked", divergence: null, run: earlier });
		const recording = await findRecording(env, entry, params.id, ACTION);
		await checkActive(env, entry);
		const starting = { env, entry, executor: executorOf(env, ACTION), waitUntil };
		const version = body.program === undefined ? null : await findProgram(env, entry, starting.executor, body);
		if (from === undefined) return { status: 200, body: await replayRun(starting, recording, version) };
		return forked(await forkRun(starting, recording, version, { ...body, from }, given));
	},
	replayAgent: async ({ env, caller, params, body, waitUntil }) => {
		const entry = await agentInPath(env, caller.tenantId, params.id);
		await checkActive(env, entry);
		const starting = { env, entry, executor: executorOf(env, ACTION), waitUntil };
		const version = body.program === undefined ? null : await findProgram(env, entry, starting.executor, body);
		return { status: 200, body: await replayAgentRuns(starting, version, body.runs ?? DEFAULT_RUNS) };
	},
};

const forked = (body: Awaited<ReturnType<typeof forkRun>>) =>
	({ status: body.run.endedAtMs === null ? 202 : 200, body, headers: { location: `/v1/runs/${body.run.id}` } }) as const;
