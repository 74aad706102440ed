import { Refusal } from "../../contract/errors.ts";
import { locatorOf } from "../../contract/ids.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { Run } from "../../contract/runs.ts";
import { refusalOf } from "../agents/accept-answer.ts";
import { type AgentEntry, agentObject, findByLocator } from "../agents/agent-registry.ts";
import type { AdmitAnswer, AdmitCommand, Attempt } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import type { Executor } from "../executor/protocol.ts";
import { tenantPrices } from "../prices/known-prices.ts";
import { executeAttempt } from "./execute-attempt.ts";
import { type GivenKey, knownRunOfKey, runOfKey } from "./idempotency.ts";
import { readRun } from "./read-run.ts";

/** Where a run is started, and what lets it go on when its request is over. */
export interface Starting {
	readonly env: Env;
	readonly entry: AgentEntry;
	readonly executor: Executor;
	waitUntil(work: Promise<unknown>): void;
}

/** What executes programs. @throws Refusal `no_executor` */
export const executorOf = (env: Env, action: string): Executor => {
	const chosen = chooseExecutor(env);
	if (chosen.kind === "none") throw new Refusal("no_executor", `${action}: ${chosen.why}`);
	return chosen.executor;
};

/** How long a request waits for its run, milliseconds. @param seconds as asked for */
export const waitMsOf = (seconds: number | undefined): number => (seconds ?? LIMITS.waitSeconds) * 1000;

/** How long a call of a run may wait for a person with the isolate alive, milliseconds: no longer than its caller waits. */
export const inlineMsOf = (seconds: number | undefined): number => Math.min(LIMITS.approvalInlineMs, waitMsOf(seconds));

/** The run that an earlier request with the same key and body started, whatever became of its agent since; null when there is none. */
export const knownRun = async (env: Env, given: GivenKey | null, waitMs: number): Promise<Run | null> => {
	const runId = given === null ? null : await knownRunOfKey(env.DB, given, Date.now());
	const run = runId === null || given === null ? null : await readRun(env, given.tenantId, runId);
	const entry = run === null || given === null ? null : await findByLocator(env, given.tenantId, locatorOf(run.id));
	return run === null || entry === null ? null : ended(env, entry, run, waitMs);
};

/** Starts a run and waits for its end, or as long as the caller does. A request that nothing is wrong with takes its key first. */
export const startRun = async (starting: Starting, command: AdmitCommand, given: GivenKey | null, waitMs: number): Promise<Run> =>
	start(starting, given === null ? command : { ...command, runId: await takeKey(starting, given, command) }, waitMs);

/** The run's id: another's when two of the same key come at once. */
const takeKey = async ({ env, entry }: Starting, given: GivenKey, command: AdmitCommand): Promise<string> => {
	const { grants, limits } = command;
	const fault = await agentObject(env, entry).checkRequest({ tenantId: entry.tenantId, agentId: entry.agentId }, { grants, limits });
	if (fault !== null) throw refusalOf(fault);
	const runId = await runOfKey(env.DB, given, command.runId, Date.now());
	// A request of this key died before its run was admitted, and the agent's name has gone to another agent since.
	if (locatorOf(runId) !== locatorOf(entry.agentId)) {
		throw new Refusal("idempotency_conflict", "Starting a run: the Idempotency-Key stands for a run of another agent, wanted a new key");
	}
	return runId;
};

/** Admits the run and sees it through, or as far as the caller waits. */
const start = async (starting: Starting, command: AdmitCommand, waitMs: number): Promise<Run> => {
	const { env, entry } = starting;
	// As late as can be: what was changed before the request came holds, and mostly what is changed meanwhile.
	const prices = await tenantPrices(env, entry.tenantId);
	const identity = { tenantId: entry.tenantId, agentId: entry.agentId };
	const admitted: AdmitAnswer = await agentObject(env, entry).admit(identity, { ...command, prices });
	switch (admitted.kind) {
		case "refused":
			throw refusalOf(admitted);
		case "exists":
			return ended(env, entry, admitted.run, waitMs);
		case "queue":
			await env.RUNS.send({ tenantId: entry.tenantId, agentId: entry.agentId, runId: command.runId });
			return ended(env, entry, admitted.run, waitMs);
		case "execute":
			return execute(starting, admitted.attempt, admitted.run, waitMs);
	}
};

/** Executes here; the work goes on when the caller waits no longer, or is gone. */
const execute = async ({ env, entry, executor, waitUntil }: Starting, attempt: Attempt, admitted: Run, waitMs: number): Promise<Run> => {
	const work = executeAttempt(env, entry, executor, attempt);
	waitUntil(work.catch(() => console.error("Executing a run: something went wrong on the host; its lease will end")));
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeUp = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), waitMs);
	});
	const fromMs = Date.now();
	const run = await Promise.race([work, timeUp]);
	clearTimeout(timer);
	const now = run ?? (await agentObject(env, entry).run(attempt.runId)) ?? admitted;
	// A run that no executor took waits again: so does its caller, for what is left of its time.
	return ended(env, entry, now, Math.max(0, waitMs - (Date.now() - fromMs)));
};

/** The run when it has ended, or as it is when the caller waits no longer. */
const ended = async (env: Env, entry: AgentEntry, run: Run, waitMs: number): Promise<Run> => {
	if (run.endedAtMs !== null || waitMs === 0) return run;
	return (await agentObject(env, entry).waitEnd(run.id, waitMs)) ?? run;
};
