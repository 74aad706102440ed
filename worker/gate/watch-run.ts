import { LIMITS } from "../../contract/limits.ts";
import type { AgentPort } from "../env.ts";
import type { Authority } from "./attempt-token.ts";

/** A call's ear for the end of its run. */
export interface RunWatch {
	/** Aborts when the run has ended. */
	readonly over: AbortSignal;
	end(): void;
}

/**
 * Tells a call that is under way when its run ends: cancelled, out of time, or dead. The agent's object is asked to answer at that moment, once the call has
 * taken LIMITS.runWatchMs: most calls are over by then and ask nothing. An attempt that dies under a run that goes on ends no call: what it does is
 * recorded, and the next attempt is answered with it.
 */
export const watchRun = (object: AgentPort, { runId }: Pick<Authority, "runId">): RunWatch => {
	const controller = new AbortController();
	let isEnded = false;
	const listen = async (): Promise<void> => {
		while (!isEnded) {
			const askedAtMs = Date.now();
			if (await isOver(object, runId)) {
				controller.abort();
				return;
			}
			// An answer that came early is one that says nothing: the object was away.
			if (Date.now() - askedAtMs < LIMITS.runWatchMs) await rest();
		}
	};
	const timer = setTimeout(() => void listen(), LIMITS.runWatchMs);
	return {
		over: controller.signal,
		end: () => {
			isEnded = true;
			clearTimeout(timer);
		},
	};
};

/** An object that cannot be asked says nothing of the run: the call's own time still ends it. */
const isOver = async (object: AgentPort, runId: string): Promise<boolean> => {
	try {
		return await object.untilEnded(runId, LIMITS.runWatchWaitMs);
	} catch {
		return false;
	}
};

const REST_MS = 1_000;
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS));
