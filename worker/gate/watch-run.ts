import { LIMITS } from "../../contract/limits.ts";
import type { AgentPort } from "../env.ts";
import type { Authority } from "./attempt-token.ts";

/** A look at the run of a call, again and again while the call acts. */
export interface RunWatch {
	/** Aborts when the attempt is over. */
	readonly over: AbortSignal;
	end(): void;
}

/**
 * Nobody tells the host that the process behind a call is gone: its connection is seen to be cut only when something is written to it, and an upstream that
 * sends nothing gives nothing to write. So the agent's object is asked each LIMITS.runWatchMs whether the attempt is still live.
 */
export const watchRun = (object: AgentPort, { runId, attempt }: Pick<Authority, "runId" | "attempt">): RunWatch => {
	const controller = new AbortController();
	let timer: ReturnType<typeof setTimeout> | undefined;
	let isEnded = false;
	const look = async (): Promise<void> => {
		if (!(await isLive(object, runId, attempt))) controller.abort();
		else if (!isEnded) wait();
	};
	const wait = (): void => {
		timer = setTimeout(() => void look(), LIMITS.runWatchMs);
	};
	wait();
	return {
		over: controller.signal,
		end: () => {
			isEnded = true;
			clearTimeout(timer);
		},
	};
};

/** An object that cannot be asked says nothing of the run: the call's own time still ends it. */
const isLive = async (object: AgentPort, runId: string, attempt: number): Promise<boolean> => {
	try {
		return await object.isLive(runId, attempt);
	} catch {
		return true;
	}
};
