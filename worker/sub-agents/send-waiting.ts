import { exports } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { WaitingRun } from "../runs/execute-waiting.ts";

/**
 * Has a waiting run executed, in an invocation of its own: at once where the Worker lives as long as the run does, else by way of the queue. What is lost here is
 * found by its agent's alarm.
 */
export const sendWaiting = async (env: Env, waiting: WaitingRun): Promise<void> => {
	try {
		if (env.EXECUTOR === "remote") await exports.RunStarter.start(waiting);
		else await env.RUNS.send(waiting);
	} catch (error) {
		console.error("Starting a run: it was not sent on its way; its agent's alarm does that.", error instanceof Error ? error.name : "");
	}
};
