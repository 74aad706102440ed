import { decodeValue } from "../../../contract/tagged-json.ts";
import type { ExecutionOutcome, HarnessAnswer } from "../../../worker/executor/protocol.ts";
import { readAnswer } from "../../../worker/executor/read-answer.ts";
import { execute, makeJob, type RunOptions } from "./run-program.ts";
import type { TestWorkerd } from "./start-workerd.ts";

/** How a run goes that may have another's isolate. */
export interface WarmOptions extends RunOptions {
	/** What the harness's gate is told with each call of the run. */
	readonly token?: string;
	/** Whether the isolate may be used again after it: true when absent. */
	readonly keeps?: boolean;
}

/** Runs of one program, one after the other in one isolate unless they say otherwise. */
export interface WarmRuns {
	outcome(options?: WarmOptions): Promise<ExecutionOutcome>;
	answer(options?: WarmOptions): Promise<HarnessAnswer>;
	/** The decoded result of a run that must return. */
	result(options?: WarmOptions): Promise<unknown>;
}

let names = 0;
let runs = 0;

/** @param name which runs share an isolate; one of its own when absent */
export const warmRuns = (workerd: TestWorkerd, program: string, name?: string): WarmRuns => {
	names += 1;
	const warm = name ?? `warm-${names}`;
	const outcome = async ({ token = "token", keeps = true, ...options }: WarmOptions = {}): Promise<ExecutionOutcome> => {
		runs += 1;
		const runId = `run_${runs}`;
		const ended = await execute(workerd, { ...(await makeJob(workerd, program, options)), runId, token, warm });
		if (keeps) await workerd.post("/keep", { runId });
		return ended;
	};
	const answer = async (options?: WarmOptions): Promise<HarnessAnswer> => {
		const ended = await outcome(options);
		const reading = ended.kind === "answered" ? readAnswer(ended.answer) : { kind: "malformed" as const, why: JSON.stringify(ended) };
		if (reading.kind === "malformed") throw new Error(`Running in a warm isolate: ${reading.why}, wanted an answer`);
		return reading.answer;
	};
	const result = async (options?: WarmOptions): Promise<unknown> => {
		const { outcome: end } = await answer(options);
		if (end.kind !== "returned") throw new Error(`Running in a warm isolate: ${JSON.stringify(end)}, wanted a result`);
		const decoding = decodeValue(JSON.stringify(end.result));
		if (decoding.kind === "refused") throw new Error(decoding.why);
		return decoding.value;
	};
	return { outcome, answer, result };
};
