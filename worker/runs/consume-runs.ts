import { exports } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { executeWaiting, WaitingRun } from "./execute-waiting.ts";

/**
 * Runs that do not fit in a request, and those that were taken up again. A message only says that a run may be waiting: the agent's object decides who
 * claims it, so a second delivery does nothing, and a lost one is sent again by the object's alarm.
 */
export const consumeRuns = async (batch: MessageBatch, env: Env): Promise<void> => {
	await Promise.all(
		batch.messages.map(async (message) => {
			const parsed = WaitingRun.safeParse(message.body);
			if (parsed.success) await (env.EXECUTOR === "remote" ? exports.RunStarter.start(parsed.data) : executeWaiting(env, parsed.data));
			message.ack();
		}),
	);
};
