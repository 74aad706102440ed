import { z } from "zod";
import { agentObject, findAgent } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import { executeAttempt } from "./execute-attempt.ts";

/** What a message of the queue says: this run may be waiting. */
export const WaitingRun = z.strictObject({ tenantId: z.string(), agentId: z.string(), runId: z.string() });
export type WaitingRun = z.infer<typeof WaitingRun>;

/** Executes a run if it still waits: the agent's object decides who claims it. */
export const executeWaiting = async (env: Env, waiting: WaitingRun): Promise<void> => {
	const chosen = chooseExecutor(env);
	const entry = await findAgent(env, waiting.tenantId, waiting.agentId);
	if (chosen.kind === "none" || entry === null) return;
	const attempt = await agentObject(env, entry).claim({ tenantId: entry.tenantId, agentId: entry.agentId }, waiting.runId);
	if (attempt !== null) await executeAttempt(env, entry, chosen.executor, attempt);
};
