import type { StopReason } from "../agents/object/until-stopped.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { AgentPort } from "../env.ts";
import type { Authority } from "./attempt-token.ts";

/** A call's ear for what ends it early. */
export interface RunWatch {
	/** Aborts when the run has ended, or the call's grant was switched off. */
	readonly over: AbortSignal;
	/** Why it has aborted; null: it has not. */
	reason(): StopReason | null;
	end(): void;
}

/**
 * Tells a call that is under way when its run ends (cancelled, out of time, or dead) or its grant is switched off. The agent's object is asked to answer at
 * that moment, once the call has taken LIMITS.runWatchMs: most calls are over by then and ask nothing. An attempt that dies under a run that goes on ends no
 * call: what it does is recorded, and the next attempt is answered with it.
 */
export const watchRun = (object: AgentPort, { runId }: Pick<Authority, "runId">, callId: string): RunWatch => {
	const controller = new AbortController();
	let reason: StopReason | null = null;
	let isEnded = false;
	const listen = async (): Promise<void> => {
		while (!isEnded) {
			const askedAtMs = Date.now();
			reason = await whyStopped(object, { run: runId, id: callId });
			if (reason !== null) {
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
		reason: () => reason,
		end: () => {
			isEnded = true;
			clearTimeout(timer);
		},
	};
};

/** An object that cannot be asked says nothing of the call: its own time still ends it. */
const whyStopped = async (object: AgentPort, call: { run: string; id: string }): Promise<StopReason | null> => {
	try {
		return await object.untilStopped(call, LIMITS.runWatchWaitMs);
	} catch {
		return null;
	}
};

const REST_MS = 1_000;
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REST_MS));
