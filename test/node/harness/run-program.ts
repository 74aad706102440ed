import { decodeValue, encodeValue } from "../../../contract/tagged-json.ts";
import {
	CompileOutcome,
	ExecutionOutcome,
	type GrantShape,
	type HarnessAnswer,
	type Job,
	type SourceProgram,
} from "../../../worker/executor/protocol.ts";
import { readAnswer } from "../../../worker/executor/read-answer.ts";
import type { TestWorkerd } from "./start-workerd.ts";

export interface RunOptions {
	readonly input?: unknown;
	readonly grants?: readonly GrantShape[];
	readonly wallMs?: number;
	readonly seed?: string;
	readonly clockMs?: number;
	readonly timeline?: string;
	readonly isReplay?: boolean;
}

/** Of a run whose test does not care. */
export const SEED = "0123456789abcdef".repeat(4);

const encoded = (value: unknown): string => {
	const encoding = encodeValue(value);
	if (encoding.kind === "refused") throw new Error(encoding.message);
	return encoding.text;
};

/** Compiles in workerd; a program that is not valid fails the test. */
export const makeJob = async (workerd: TestWorkerd, program: string | Record<string, string>, options: RunOptions = {}): Promise<Job> => {
	const modules = typeof program === "string" ? { "main.ts": program } : program;
	const source: SourceProgram = { main: "main.ts", modules, language: "typescript" };
	const compiled = CompileOutcome.parse(JSON.parse(await workerd.post("/compile", source)));
	if (compiled.kind === "invalid") throw new Error(`${compiled.message} (${compiled.line}:${compiled.column})`);
	return {
		runId: "run_test",
		attempt: 1,
		tenantId: "ten_test",
		agentId: "agt_test",
		token: "token-of-the-attempt",
		program: compiled.program,
		input: encoded(options.input ?? null),
		grants: [...(options.grants ?? [])],
		limits: { wallMs: options.wallMs ?? 10_000, cpuMs: 1_000, memoryMb: 128 },
		seed: options.seed ?? SEED,
		clockMs: options.clockMs ?? Date.now(),
		timeline: options.timeline ?? "",
		isReplay: options.isReplay ?? false,
	};
};

/** How an execution ended, whatever way. */
export const execute = async (workerd: TestWorkerd, job: Job): Promise<ExecutionOutcome> =>
	ExecutionOutcome.parse(JSON.parse(await workerd.post("/run", job)));

/** Runs a program and gives the harness's answer; anything but an answer fails the test. */
export const runProgram = async (
	workerd: TestWorkerd,
	program: string | Record<string, string>,
	options: RunOptions = {},
): Promise<HarnessAnswer> => {
	const outcome = await execute(workerd, await makeJob(workerd, program, options));
	if (outcome.kind !== "answered") throw new Error(`wanted an answer, found ${JSON.stringify(outcome)}`);
	const reading = readAnswer(outcome.answer);
	if (reading.kind === "malformed") throw new Error(reading.why);
	return reading.answer;
};

/** The decoded result of a program that must return. */
export const resultOf = async (
	workerd: TestWorkerd,
	program: string | Record<string, string>,
	options: RunOptions = {},
): Promise<unknown> => {
	const { outcome } = await runProgram(workerd, program, options);
	if (outcome.kind !== "returned") throw new Error(`wanted a result, found ${JSON.stringify(outcome)}`);
	const decoding = decodeValue(JSON.stringify(outcome.result));
	if (decoding.kind === "refused") throw new Error(decoding.why);
	return decoding.value;
};

/** The error of a program that must throw. */
export const errorOf = async (workerd: TestWorkerd, program: string | Record<string, string>, options: RunOptions = {}) => {
	const { outcome } = await runProgram(workerd, program, options);
	if (outcome.kind !== "threw") throw new Error(`wanted an error, found ${JSON.stringify(outcome)}`);
	return outcome;
};
