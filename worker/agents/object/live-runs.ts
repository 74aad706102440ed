import type { Budget } from "../../../contract/budgets.ts";
import { LIMITS } from "../../../contract/limits.ts";
import { shortageDetails } from "../../budgets/describe-budget.ts";
import { type RefusedAnswer, refuse } from "./admit-run.ts";
import type { ObjectState } from "./object-state.ts";

/** The agent's runs that are live: queued, running, or waiting with an isolate. One that waits for a person without an isolate is none: it may wait for weeks and uses nothing. */
export const liveRuns = (state: ObjectState): Budget["liveRuns"] => {
	const limit = Math.min(state.facts.configuration()?.budget.limits.liveRuns ?? LIMITS.liveRunsPerAgent, LIMITS.liveRunsPerAgent);
	const live = state.runs.countLive();
	return { limit, live, left: Math.max(0, limit - live) };
};

/** Why no further run is let in, whatever it may use: as many as may are live, or wait for a person. */
export const refuseCrowded = (state: ObjectState): RefusedAnswer | null => {
	const { live, limit, left } = liveRuns(state);
	if (left === 0) {
		const shortage = shortageDetails({ level: "agent", window: "now", dimension: "liveRuns", limit, left, wanted: 1, resetsAtMs: null });
		return tooMany(`${live} runs of the agent are live, where there may be ${limit} at once`, { shortage });
	}
	const isFull = state.runs.countParked() >= LIMITS.parkedRunsPerAgent;
	return isFull ? tooMany(`${LIMITS.parkedRunsPerAgent} runs of the agent wait for a person, the most there may be`) : null;
};

const tooMany = (what: string, details: Record<string, unknown> = {}): RefusedAnswer =>
	refuse("concurrency_exceeded", `Starting a run: ${what}`, { ...details, retryAfterSeconds: 1 });
