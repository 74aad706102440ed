import { LIMITS } from "../../contract/limits.ts";
import type { Run } from "../../contract/runs.ts";
import { type AgentEntry, agentObject } from "../agents/agent-registry.ts";
import type { Attempt } from "../agents/object/admit-run.ts";
import type { FinishAnswer } from "../agents/object/finish-run.ts";
import type { Env } from "../env.ts";
import type { Executor, Job } from "../executor/protocol.ts";
import { warmName } from "../executor/warm-name.ts";
import { makeToken } from "../gate/attempt-token.ts";
import { bytesOfDatasets } from "../datasets/bytes-of-datasets.ts";
import { judgeOutcome } from "./judge-outcome.ts";
import { sendLines } from "./send-lines.ts";

/** After this long the run is shown as running; shorter ones go from queued to their end without a step in between, milliseconds. */
const SHOW_RUNNING_MS = 200;

/**
 * Executes an attempt that its caller has claimed, and those after it that are to follow at once: when what a run waited for came while its attempt was
 * closing, or an executor died under it. When no executor takes it, the run goes back to waiting. If what runs this dies, the lease ends and the agent's alarm
 * takes the run up.
 * @returns the run as recorded; null when the object does not have it any more.
 */
export const executeAttempt = async (env: Env, entry: AgentEntry, executor: Executor, attempt: Attempt): Promise<Run | null> => {
	const object = agentObject(env, entry);
	let next: Attempt | null = attempt;
	let run: Run | null = null;
	while (next !== null) {
		const finished: FinishAnswer | null = await executeOnce(env, entry, executor, next);
		run = finished?.run ?? null;
		next = finished?.again === true ? await object.claim({ tenantId: entry.tenantId, agentId: entry.agentId }, next.runId) : null;
	}
	return run;
};

/** Executes one attempt, keeps its lease while it does, and records its end. */
const executeOnce = async (env: Env, entry: AgentEntry, executor: Executor, attempt: Attempt): Promise<FinishAnswer | null> => {
	const object = agentObject(env, entry);
	const { runId } = attempt;
	let startedAtMs: number | null = null;
	const renew = async (): Promise<void> => {
		const ours = await object.renew(runId, attempt.attempt, startedAtMs);
		if (!ours) await executor.cancel(runId);
	};
	const keep = (): void => {
		renew().catch(() => console.error("Renewing a lease: the agent's object did not take it"));
	};
	const lease = setInterval(keep, LIMITS.leaseRenewMs);
	let show: ReturnType<typeof setTimeout> | undefined;
	try {
		const onStart = (atMs: number): void => {
			startedAtMs = atMs;
			show = setTimeout(keep, SHOW_RUNNING_MS);
		};
		const onLines = sendLines((lines) => object.appendLogs(runId, attempt.attempt, lines));
		const job = await jobOf(env, entry, attempt);
		const outcome = await executor.run(job, onStart, onLines);
		if (outcome.kind === "refused") {
			await object.release(runId, attempt.attempt);
			const run = await object.run(runId);
			return run === null ? null : { run, again: false, asked: false };
		}
		const { cpuMs, wallMs } = outcome;
		const finished = await object.finish({
			runId,
			attempt: attempt.attempt,
			...judgeOutcome(outcome, attempt.program, attempt.limits),
			cpuMs,
			wallMs,
			startedAtMs: Math.trunc(outcome.startedAtMs),
		});
		// Before the run is answered, so that one that follows on the answer finds it. Where it does not get through, the isolate is not used again.
		if (job.warm !== undefined && leavesWhatItFound(attempt, finished)) await executor.keep(runId).catch(() => {});
		return finished;
	} finally {
		clearInterval(lease);
		clearTimeout(show);
	}
};

/**
 * Whether a run's warm isolate may be another's, where what it has read may linger: it has gone well, has read nothing of a label that it did not begin with, as
 * the next one does, and nobody was asked to allow it a call, which would be allowed to it alone.
 */
const leavesWhatItFound = ({ attempt, labels }: Attempt, finished: FinishAnswer | null): boolean =>
	finished !== null &&
	// Another attempt's success says nothing of this one's isolate.
	finished.run.attempt === attempt &&
	!finished.again &&
	!finished.asked &&
	finished.run.status === "succeeded" &&
	finished.run.labels.every((label) => labels.includes(label));

/** Where the registry does not answer, as large as they can be: it is room to be made, not a right. */
const bytesOf = (env: Env, entry: AgentEntry, datasets: readonly string[]): Promise<number> =>
	bytesOfDatasets(env, entry.tenantId, datasets).catch(() => datasets.length * LIMITS.datasetBytes);

const jobOf = async (env: Env, entry: AgentEntry, attempt: Attempt): Promise<Job> => {
	const job = await freshJobOf(env, entry, attempt);
	return attempt.warm ? { ...job, warm: await warmName(job, attempt) } : job;
};

const freshJobOf = async (env: Env, entry: AgentEntry, attempt: Attempt): Promise<Job> => ({
	runId: attempt.runId,
	attempt: attempt.attempt,
	tenantId: entry.tenantId,
	agentId: entry.agentId,
	token: makeToken(env, { tenantId: entry.tenantId, agentId: entry.agentId, runId: attempt.runId, attempt: attempt.attempt }),
	program: attempt.program,
	input: attempt.input,
	grants: [...attempt.grants],
	limits: attempt.limits,
	seed: attempt.seed,
	clockMs: attempt.clockMs,
	liveMs: attempt.liveMs,
	timeline: attempt.timeline,
	isReplay: attempt.isReplay,
	...(attempt.datasets.length === 0 ? {} : { datasetBytes: await bytesOf(env, entry, attempt.datasets) }),
});
