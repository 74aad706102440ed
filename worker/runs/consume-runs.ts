import { z } from "zod";
import { agentObject, findAgent } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import { executeAttempt } from "./execute-attempt.ts";

const Message = z.strictObject({ tenantId: z.string(), agentId: z.string(), runId: z.string() });

/**
 * Runs that do not fit in a request, and those that were taken up again. A message only says that a run may be waiting: the agent's object decides who
 * claims it, so a second delivery does nothing, and a lost one is sent again by the object's alarm.
 */
export const consumeRuns = async (batch: MessageBatch, env: Env, context: ExecutionContext): Promise<void> => {
	const work = Promise.all(
		batch.messages.map(async (message) => {
			const parsed = Message.safeParse(message.body);
			if (parsed.success) await executeWaiting(env, parsed.data);
			message.ack();
		}),
	);
	// On one machine the queue hands over one batch at a time: the next must not wait for this run. The claim is in storage, so an early end loses nothing.
	if (env.EXECUTOR === "remote") context.waitUntil(work);
	else await work;
};

const executeWaiting = async (env: Env, waiting: z.infer<typeof Message>): Promise<void> => {
	const chosen = chooseExecutor(env);
	const entry = await findAgent(env, waiting.tenantId, waiting.agentId);
	if (chosen.kind === "none" || entry === null) return;
	const attempt = await agentObject(env, entry).claim({ tenantId: entry.tenantId, agentId: entry.agentId }, waiting.runId);
	if (attempt !== null) await executeAttempt(env, entry, chosen.executor, attempt);
};
