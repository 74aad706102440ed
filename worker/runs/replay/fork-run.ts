import { Refusal } from "../../../contract/errors.ts";
import { locatorOf, newRoutedId } from "../../../contract/ids.ts";
import { LIMITS } from "../../../contract/limits.ts";
import type { Replay, ReplayRun } from "../../../contract/replays.ts";
import type { RunLimits } from "../../../contract/runs.ts";
import { agentObject } from "../../agents/agent-registry.ts";
import type { AdmitCommand } from "../../agents/object/admit-run.ts";
import { packChoices, unpackChoices } from "../../agents/object/call-place.ts";
import type { RecordedCall } from "../../agents/object/repeat-calls.ts";
import type { Recording } from "../../agents/recording.ts";
import { answerKey } from "../../blobs/blob-keys.ts";
import { effectiveLimits } from "../../policy/run-limits.ts";
import type { ReadyProgram } from "../find-program.ts";
import type { GivenKey } from "../idempotency.ts";
import { inlineMsOf, type Starting, startRun, waitMsOf } from "../start-run.ts";
import { overrideAnswers } from "./override-answers.ts";
import { recordedFiles } from "./recorded-files.ts";

const ACTION = "Forking a run";

/** What of a request a fork needs. */
export type Fork = Pick<ReplayRun, "overrides" | "mode" | "wait"> & { readonly from: number };

/**
 * Starts a run that repeats a recorded one up to a call and goes on by itself: a dry run, or a live one. Of the recorded one it has the seed, the clock, the
 * input and its files, the labels and the answers; today's policy says what it may do from there on.
 * @param version another version of the program; null: the recorded one
 * @throws Refusal `invalid_request`: `from` or an override; `conflict`, in words: what the fork needs is not recorded, or no longer granted
 */
export const forkRun = async (
	starting: Starting,
	recording: Recording,
	version: ReadyProgram | null,
	fork: Fork,
	given: GivenKey | null,
): Promise<Replay> => {
	const runId = newRoutedId("run", locatorOf(starting.entry.agentId));
	const calls = await answeredCalls(starting, runId, recording, fork);
	const command = await commandOf(starting, runId, recording, version, fork, calls);
	const run = await startRun(starting, command, given, waitMsOf(fork.wait));
	return { verdict: "forked", divergence: null, run };
};

/** The calls that the fork answers from the journal, each with its answer. */
const answeredCalls = async (starting: Starting, runId: string, recording: Recording, fork: Fork): Promise<RecordedCall[]> => {
	const { calls } = recording;
	if (fork.from > calls.length) {
		const wanted = `at most ${calls.length}, as many as the run has calls`;
		throw new Refusal("invalid_request", `${ACTION}: from: found ${fork.from}, wanted ${wanted}`, {
			details: { issues: [{ path: "from", wanted }] },
		});
	}
	const kept = calls.slice(0, fork.from);
	const texts = overrideAnswers(
		fork.overrides ?? {},
		kept.map(({ record }) => record),
	);
	return Promise.all(
		kept.map(async (call) => {
			const text = texts.get(call.record.seq);
			if (text !== undefined) return await overridden(starting, runId, call, text);
			if (call.answer !== null) return call;
			const message = `${ACTION}: call ${call.record.seq} (env.${call.record.grant}.${call.record.method}) never had an answer, wanted one in overrides, or a smaller from`;
			throw new Refusal("conflict", message);
		}),
	);
};

/** A call with another answer. What the recorded one did to the run's files is not done again when it is to have failed. */
const overridden = async ({ env, entry }: Starting, runId: string, call: RecordedCall, text: string): Promise<RecordedCall> => {
	const atMs = call.answer?.atMs ?? call.record.endedAtMs ?? call.record.startedAtMs;
	const failed = text.startsWith('{"kind":"error"');
	const record = { ...call.record, status: failed ? ("failed" as const) : ("done" as const), error: failed ? OVERRIDDEN : null };
	if (text.length <= LIMITS.journalAnswerBytes) return { ...call, record, answer: { text, key: null, atMs } };
	const key = answerKey(entry.tenantId, runId, `override-${record.seq}`);
	await env.BLOBS.put(key, text, { httpMetadata: { contentType: "application/json" } });
	return { ...call, record, answer: { text: null, key, atMs } };
};

const OVERRIDDEN = { code: "overridden", message: "The answer was given by who forked the run" };

const commandOf = async (
	{ env, entry }: Starting,
	runId: string,
	recording: Recording,
	version: ReadyProgram | null,
	fork: Fork,
	calls: RecordedCall[],
): Promise<AdmitCommand> => {
	const { run, seed, clockMs } = recording;
	const limits = await limitsOf({ env, entry }, recording);
	const fault = await agentObject(env, entry).checkRequest(entry, { grants: run.grants, limits });
	if (fault !== null) throw new Refusal("conflict", `${ACTION}: under today's policy it could not be started: ${fault.message}`);
	return {
		runId,
		program: version?.program ?? recording.program,
		programDigest: version?.programDigest ?? run.programDigest,
		programVersion: version === null ? run.programVersion : version.programVersion,
		input: recording.input,
		files: recordedFiles(recording, ACTION),
		grants: run.grants,
		limits,
		labels: recording.givenLabels,
		metadata: run.metadata,
		executesUpToMs: LIMITS.waitSeconds * 1000,
		inlineMs: inlineMsOf(fork.wait),
		mode: fork.mode === "live" ? "live" : "dry",
		origin: {
			...{ source: run.id, seed, clockMs, labels: run.labels, shapes: null, terms: null },
			choices: choicesUpTo(recording, fork.from),
			calls,
			canaries: recording.canaries ?? [],
		},
		plan: null,
	};
};

/** The recorded limits, as far as today's policy goes. */
const limitsOf = async ({ env, entry }: Pick<Starting, "env" | "entry">, { limits }: Recording): Promise<RunLimits> => {
	const agent = await agentObject(env, entry).agent(entry);
	const most = effectiveLimits(agent?.policy.limits, {}, undefined);
	return {
		wallMs: Math.min(limits.wallMs, most.wallMs),
		cpuMs: Math.min(limits.cpuMs, most.cpuMs),
		memoryMb: Math.min(limits.memoryMb, most.memoryMb),
		calls: Math.min(limits.calls, most.calls),
	};
};

/** The choices that had been made when the first call was asked for that the fork makes itself: those belong to what it repeats. */
const choicesUpTo = ({ calls, choices }: Recording, from: number): string => {
	const next = calls[from];
	return next === undefined ? choices : packChoices((unpackChoices(choices) ?? []).slice(0, next.choices));
};
