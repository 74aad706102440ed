import { Refusal } from "../../../contract/errors.ts";
import { type AgentEntry, agentObject } from "../../agents/agent-registry.ts";
import type { Recording } from "../../agents/recording.ts";
import type { Env } from "../../env.ts";
import { readRun } from "../read-run.ts";
import { storedRecording } from "./stored-recording.ts";

/**
 * All that a run of the tenant can be executed again from: the agent's object has it for a moment, then the store.
 * @param action what it is wanted for, as messages begin
 * @throws Refusal `not_found`: no such run; `conflict`, in words: the run goes on, or nothing whole is kept of it
 */
export const findRecording = async (env: Env, entry: AgentEntry, runId: string, action: string): Promise<Recording> => {
	const recording = (await agentObject(env, entry).recording(runId)) ?? (await storedRecording(env, entry.tenantId, runId));
	if (recording === null) throw await whyNone(env, entry.tenantId, runId, action);
	if (!recording.repeatable) {
		throw new Refusal(
			"conflict",
			`${action}: the journal of ${runId} is not whole, since it grew larger than what is kept; wanted a run with every answer recorded`,
		);
	}
	return recording;
};

const whyNone = async (env: Env, tenantId: string, runId: string, action: string): Promise<Refusal> => {
	const run = await readRun(env, tenantId, runId);
	if (run === null || run.mode === "replay") return new Refusal("not_found", `${action}: there is no run of that id`);
	if (run.endedAtMs === null) return new Refusal("conflict", `${action}: ${runId} is ${run.status}, wanted a run that has ended`);
	return new Refusal(
		"conflict",
		`${action}: there is no recording of ${runId} that can be read; wanted a run that has come to rest, and not one from before recordings were kept`,
	);
};
