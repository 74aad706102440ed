import { Refusal } from "../../../contract/errors.ts";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Replay } from "../../../contract/replays.ts";
import type { Run } from "../../../contract/runs.ts";
import { refusalOf } from "../../agents/accept-answer.ts";
import { agentObject } from "../../agents/agent-registry.ts";
import type { AdmitCommand } from "../../agents/object/admit-run.ts";
import type { ReplayTrace } from "../../agents/object/replay-call.ts";
import type { Recording } from "../../agents/recording.ts";
import { tenantPrices } from "../../prices/known-prices.ts";
import { executeAttempt } from "../execute-attempt.ts";
import type { ReadyProgram } from "../find-program.ts";
import type { Starting } from "../start-run.ts";
import { firstDivergence } from "./first-divergence.ts";

const ACTION = "Replaying a run";

/** Ends of a recorded run whose program may take its executor down when it is executed again. */
const EXHAUSTED = new Set(["memory_exceeded", "cpu_exceeded"]);

/**
 * Executes a recorded run again, every call answered from its journal, and says whether it went the same way. Nothing stays of it.
 * @param version another version of the program; null: the recorded one
 * @throws Refusal: the agent takes no runs, nothing executes it, or somebody stopped it
 */
export const replayRun = async (starting: Starting, recording: Recording, version: ReadyProgram | null): Promise<Replay> => {
	const runId = newRoutedId("run", locatorOf(starting.entry.agentId));
	const { run, trace } = await execute(starting, commandOf(runId, recording, version));
	const divergence = firstDivergence(recording, run, trace);
	return { verdict: divergence === null ? "identical" : "diverged", divergence, run: { ...run, source: recording.run.id } };

	async function execute({ env, entry, executor, waitUntil }: Starting, command: AdmitCommand): Promise<{ run: Run; trace: ReplayTrace }> {
		const object = agentObject(env, entry);
		const prices = await tenantPrices(env, entry.tenantId);
		const admitted = await object.admit({ tenantId: entry.tenantId, agentId: entry.agentId }, { ...command, prices });
		if (admitted.kind === "refused") throw refusalOf(admitted);
		if (admitted.kind !== "execute") throw new Error("Replaying a run: it was to be executed here");
		const work = executeAttempt(env, entry, executor, admitted.attempt).finally(() => object.forgetReplay(runId).then(note));
		let trace: ReplayTrace | null = null;
		function note(found: ReplayTrace | null): void {
			trace = found;
		}
		waitUntil(work.catch(() => {}));
		const run = await work;
		return judge(recording, run, trace);
	}
};

/** What came of the execution. One that its program did not end says nothing, unless the recorded run was stopped too. */
const judge = (recording: Recording, run: Run | null, trace: ReplayTrace | null): { run: Run; trace: ReplayTrace } => {
	if (run === null || run.endedAtMs === null || trace === null)
		throw new Refusal("no_executor", `${ACTION}: no executor took it, or it was given up`);
	checkExecution(recording.run, run);
	return { run, trace };
};

/**
 * Whether the end of a replay's execution says something of its program, beside the recorded run's.
 * @throws Refusal: somebody stopped it, or its executor died, which says nothing unless memory or CPU time may be why
 */
export const checkExecution = (recorded: Pick<Run, "error">, { status, error }: Pick<Run, "status" | "error">): void => {
	if (status === "cancelled") throw new Refusal("conflict", `${ACTION}: it was stopped: ${error?.message ?? "somebody cancelled it"}`);
	if (error?.code === "executor_lost" && !EXHAUSTED.has(recorded.error?.code ?? ""))
		throw new Refusal("no_executor", `${ACTION}: the executor died under it`);
};

const commandOf = (runId: string, recording: Recording, version: ReadyProgram | null): AdmitCommand => {
	const { run, limits, seed, clockMs, choices, shapes, calls } = recording;
	const wallMs = Math.min(limits.wallMs, LIMITS.replayWallMs);
	return {
		runId,
		program: version?.program ?? recording.program,
		programDigest: version?.programDigest ?? run.programDigest,
		programVersion: version === null ? run.programVersion : version.programVersion,
		input: recording.input,
		files: [],
		grants: null,
		limits: null,
		labels: [],
		metadata: run.metadata,
		executesUpToMs: wallMs,
		inlineMs: 0,
		mode: "replay",
		origin: {
			...{ source: run.id, seed, clockMs, choices, labels: run.labels, shapes, calls },
			terms: { grants: run.grants, limits: { ...limits, wallMs }, policyVersion: run.policyVersion },
		},
		plan: null,
	};
};
