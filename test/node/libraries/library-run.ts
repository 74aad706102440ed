import type { LibraryName } from "../../../contract/libraries.ts";
import { LIBRARY_NAMES } from "../../../contract/libraries.ts";
import { decodeValue } from "../../../contract/tagged-json.ts";
import { CompileOutcome, type GrantShape, type HarnessAnswer } from "../../../worker/executor/protocol.ts";
import { readAnswer } from "../../../worker/executor/read-answer.ts";
import { execute, makeJob } from "../harness/run-program.ts";
import type { TestWorkerd } from "../harness/start-workerd.ts";

export interface LibraryRun {
	readonly granted?: readonly LibraryName[];
	readonly grants?: readonly GrantShape[];
}

/** Compiles in workerd under a policy's libraries. */
export const compileWith = async (
	workerd: TestWorkerd,
	program: string | Record<string, string>,
	granted: readonly LibraryName[] = LIBRARY_NAMES,
): Promise<CompileOutcome> => {
	const modules = typeof program === "string" ? { "main.ts": program } : program;
	const source = { main: "main.ts", modules, language: "typescript", libraries: granted };
	return CompileOutcome.parse(JSON.parse(await workerd.post("/compile", source)));
};

/** Runs a program under a policy's libraries, all of them unless said; anything but an answer fails the test. */
export const runWith = async (
	workerd: TestWorkerd,
	program: string | Record<string, string>,
	options: LibraryRun = {},
): Promise<HarnessAnswer> => {
	const compiled = await compileWith(workerd, program, options.granted);
	if (compiled.kind === "invalid") throw new Error(compiled.message);
	const empty = await makeJob(workerd, "export default () => 1", { grants: options.grants ?? [], wallMs: 60_000 });
	const outcome = await execute(workerd, { ...empty, program: compiled.program });
	if (outcome.kind !== "answered") throw new Error(`wanted an answer, found ${JSON.stringify(outcome)}`);
	const reading = readAnswer(outcome.answer);
	if (reading.kind === "malformed") throw new Error(reading.why);
	return reading.answer;
};

/** The decoded result of a program that must return. */
export const resultWith = async (
	workerd: TestWorkerd,
	program: string | Record<string, string>,
	options: LibraryRun = {},
): Promise<unknown> => {
	const { outcome } = await runWith(workerd, program, options);
	if (outcome.kind !== "returned") throw new Error(`wanted a result, found ${JSON.stringify(outcome)}`);
	const decoding = decodeValue(JSON.stringify(outcome.result));
	if (decoding.kind === "refused") throw new Error(decoding.why);
	return decoding.value;
};
