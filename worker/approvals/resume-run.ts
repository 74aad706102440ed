import { LIMITS } from "../../contract/limits.ts";
import type { AgentEntry } from "../agents/agent-registry.ts";
import type { Env } from "../env.ts";
import { executeWaiting } from "../runs/execute-waiting.ts";

/**
 * Executes a run that a person's decision has woken: here and at once, so that the effect follows the decision without a queue between them; one that may take
 * longer than a request may live goes through the queue. Whatever becomes of this, the run has a lease, and the agent's alarm takes it up when that ends.
 */
export const resumeRun = async (env: Env, { tenantId, agentId }: AgentEntry, runId: string, wallMs: number): Promise<void> => {
	const waiting = { tenantId, agentId, runId };
	try {
		if (wallMs > LIMITS.waitSeconds * 1000) await env.RUNS.send(waiting);
		else await executeWaiting(env, waiting);
	} catch (error) {
		console.error("Resuming a run: it was not executed at once; its lease will end.", error instanceof Error ? error.name : "");
	}
};
