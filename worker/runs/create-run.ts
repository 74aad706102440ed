import { Refusal } from "../../contract/errors.ts";
import { locatorOf, newRoutedId } from "../../contract/ids.ts";
import type { LibraryName } from "../../contract/libraries.ts";
import { LIMITS } from "../../contract/limits.ts";
import type { CreateRun, Run } from "../../contract/runs.ts";
import { encodeValue } from "../../contract/tagged-json.ts";
import { type AgentEntry, agentObject, findAgent, findByLocator } from "../agents/agent-registry.ts";
import type { AdmitAnswer, AdmitCommand, Attempt } from "../agents/object/admit-run.ts";
import type { Env } from "../env.ts";
import { chooseExecutor } from "../executor/choose-executor.ts";
import type { Executor, SourceProgram } from "../executor/protocol.ts";
import type { Handler } from "../handler.ts";
import { compileCached } from "./compile-cache.ts";
import { executeAttempt } from "./execute-attempt.ts";
import { type GivenKey, knownRunOfKey, runOfKey } from "./idempotency.ts";
import { inputFiles } from "./input-files.ts";
import { mayImport, programDigest, programSource } from "./program-source.ts";
import { readRun } from "./read-run.ts";

/** `POST /v1/runs`: everything is checked before anything is admitted; from then on the run ends whatever happens to this request. */
export const createRun: Handler<"createRun"> = async ({ env, caller, body, idempotencyKey, bodyDigest, waitUntil }) => {
	const waitMs = (body.wait ?? LIMITS.waitSeconds) * 1000;
	const given = idempotencyKey === null ? null : { tenantId: caller.tenantId, key: idempotencyKey, bodyDigest };
	const earlier = given === null ? null : await repeated(env, given, waitMs);
	if (earlier !== null) return answer(earlier);
	const chosen = chooseExecutor(env);
	if (chosen.kind === "none") throw new Refusal("no_executor", `Starting a run: ${chosen.why}`);
	const name = body.agent ?? "default";
	const entry = await findAgent(env, caller.tenantId, name);
	if (entry === null)
		throw new Refusal(
			"not_found",
			`Starting a run: agent: found ${JSON.stringify(name)}, wanted the id or name of an agent of this tenant`,
		);
	const command = await commandOf(env, entry, chosen.executor, body);
	const runId = given === null ? command.runId : await takeKey(env, entry, given, command);
	return answer(await start(env, entry, chosen.executor, { ...command, runId }, waitMs, waitUntil));
};

const answer = (run: Run) =>
	({ status: run.endedAtMs === null ? 202 : 201, body: run, headers: { location: `/v1/runs/${run.id}` } }) as const;

/** The run that an earlier request with the same key and body started, whatever became of its agent since; null when there is none. */
const repeated = async (env: Env, given: GivenKey, waitMs: number): Promise<Run | null> => {
	const runId = await knownRunOfKey(env.DB, given, Date.now());
	const run = runId === null ? null : await readRun(env, given.tenantId, runId);
	const entry = run === null ? null : await findByLocator(env, given.tenantId, locatorOf(run.id));
	return run === null || entry === null ? null : ended(env, entry, run, waitMs);
};

/** The run's id for a request that nothing is wrong with: another's when two of the same key come at once. */
const takeKey = async (env: Env, entry: AgentEntry, given: GivenKey, command: AdmitCommand): Promise<string> => {
	const { grants, limits } = command;
	const fault = await agentObject(env, entry).checkRequest({ tenantId: entry.tenantId, agentId: entry.agentId }, { grants, limits });
	if (fault !== null) throw new Refusal(fault.code, fault.message, { hint: fault.hint, details: fault.details });
	const runId = await runOfKey(env.DB, given, command.runId, Date.now());
	// A request of this key died before its run was admitted, and the agent's name has gone to another agent since.
	if (locatorOf(runId) !== locatorOf(entry.agentId)) {
		throw new Refusal("idempotency_conflict", "Starting a run: the Idempotency-Key stands for a run of another agent, wanted a new key");
	}
	return runId;
};

/** Admits the run and sees it through, or as far as the caller waits. */
const start = async (
	env: Env,
	entry: AgentEntry,
	executor: Executor,
	command: AdmitCommand,
	waitMs: number,
	waitUntil: (work: Promise<unknown>) => void,
): Promise<Run> => {
	const admitted: AdmitAnswer = await agentObject(env, entry).admit({ tenantId: entry.tenantId, agentId: entry.agentId }, command);
	switch (admitted.kind) {
		case "refused":
			throw new Refusal(admitted.code, admitted.message, { hint: admitted.hint, details: admitted.details });
		case "exists":
			return ended(env, entry, admitted.run, waitMs);
		case "queue":
			await env.RUNS.send({ tenantId: entry.tenantId, agentId: entry.agentId, runId: command.runId });
			return ended(env, entry, admitted.run, waitMs);
		case "execute":
			return execute(env, entry, executor, admitted.attempt, admitted.run, waitMs, waitUntil);
	}
};

/** Executes here; the work goes on when the caller waits no longer, or is gone. */
const execute = async (
	env: Env,
	entry: AgentEntry,
	executor: Executor,
	attempt: Attempt,
	admitted: Run,
	waitMs: number,
	waitUntil: (work: Promise<unknown>) => void,
): Promise<Run> => {
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

/** The request as the agent's object takes it: program found and compiled, input encoded, files decoded. */
const commandOf = async (env: Env, entry: AgentEntry, executor: Executor, body: CreateRun): Promise<AdmitCommand> => {
	const { source, libraries } = await sourceOf(env, entry, body);
	const digest = programDigest(source);
	const files = inputFiles(body.files ?? {});
	const input = encodeValue(body.input ?? null, { bytes: LIMITS.bodyBytes, depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
	if (input.kind === "refused") throw new Refusal("invalid_request", `Starting a run: input: ${input.message}`);
	return {
		runId: newRoutedId("run", locatorOf(entry.agentId)),
		program: await compileCached(executor, source, entry.tenantId, digest, libraries),
		programDigest: digest,
		input: input.text,
		files,
		grants: body.grants ?? null,
		limits: body.limits ?? null,
		labels: body.labels ?? [],
		metadata: body.metadata ?? {},
		executesUpToMs: LIMITS.waitSeconds * 1000,
	};
};

/** The program that is to run, and the libraries that it may import: the agent's object is asked for its policy only by a program that imports something. */
const sourceOf = async (
	env: Env,
	entry: AgentEntry,
	body: CreateRun,
): Promise<{ source: SourceProgram; libraries: readonly LibraryName[] }> => {
	const given = body.program === undefined ? null : programSource(body.program, body.language ?? "typescript");
	if (given !== null && !mayImport(given)) return { source: given, libraries: [] };
	const agent = await agentObject(env, entry).agent({ tenantId: entry.tenantId, agentId: entry.agentId });
	const libraries = agent?.policy.libraries ?? [];
	if (given !== null) return { source: given, libraries };
	if (agent?.program == null) {
		throw new Refusal(
			"invalid_request",
			`Starting a run: program: found none, and the agent ${entry.name} has no stored program; wanted one of the two`,
		);
	}
	return { source: programSource(agent.program, agent.language), libraries };
};
