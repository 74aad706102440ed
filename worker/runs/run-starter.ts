import { WorkerEntrypoint } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { executeWaiting, type WaitingRun } from "./execute-waiting.ts";

/**
 * Executes a waiting run in an invocation of its own. On one machine the queue hands over the next batch only when everything of the last has ended,
 * `waitUntil` too: a long run there would hold up everybody's. Reached only from within the Worker.
 */
export class RunStarter extends WorkerEntrypoint<Env> {
	async start(waiting: WaitingRun): Promise<void> {
		this.ctx.waitUntil(executeWaiting(this.env, waiting));
	}
}
