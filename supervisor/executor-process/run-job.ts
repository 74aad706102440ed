import { LIMITS } from "../../contract/limits.ts";
import { harnessJob } from "../../worker/executor/isolate-code.ts";
import { loadIsolate } from "../../worker/executor/load-isolate.ts";
import type { Job } from "../../worker/executor/protocol.ts";
import type { DispatcherEnv } from "./dispatcher-env.ts";

/** The runtime's own words when modules cannot be loaded; an error of the program carries `remote` beside any text it likes. */
const LOAD_FAILURE = "Failed to start Worker";

const answerWith = (outcome: "answered" | "not_loaded" | "silent", body: string): Response =>
	new Response(body, { headers: { "x-cordon-outcome": outcome, "content-type": "text/plain; charset=utf-8" } });

/**
 * Loads the isolate of a job, a fresh one or the warm one that it names, and asks its harness for the answer. The outcome stands in the header `x-cordon-outcome`: `answered` with the
 * harness's text as the body, `not_loaded` with the runtime's message, `silent` with nothing. What the isolate gives back is asked for its type
 * and its length before anything else.
 */
export const runJob = async (job: Job, env: DispatcherEnv, context: ExecutionContext): Promise<Response> => {
	const bindings = Object.fromEntries(
		job.grants.map(({ name }) => [name, context.exports.GateRelay({ props: { token: job.token, grant: name } })] as const),
	);
	const harness = await loadIsolate(env.LOADER, job, env.HARNESS, bindings, () => readLibraries(job.program.libraries ?? []));
	let answer: unknown;
	try {
		answer = await harness.run(harnessJob(job, true));
	} catch (error) {
		const message = loadFailure(error);
		return message === null ? answerWith("silent", "") : answerWith("not_loaded", message);
	}
	if (typeof answer !== "string" || answer.length > LIMITS.executorAnswerBytes) return answerWith("silent", "");
	return answerWith("answered", answer);
};

/** The bundles stand beside the dispatcher as compressed modules (supervisor/build-dispatcher); only what a run imports is unpacked. */
const readLibraries = async (names: readonly string[]): Promise<Record<string, string>> =>
	Object.fromEntries(
		await Promise.all(
			names.map(async (name) => {
				const specifier = `libraries/${name}.js.gz`;
				const { default: packed }: { default: ArrayBuffer } = await import(specifier);
				const text = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
				return [name, await text] as const;
			}),
		),
	);

const loadFailure = (error: unknown): string | null => {
	if (!(error instanceof Error) || "remote" in error) return null;
	return error.message.startsWith(LOAD_FAILURE) ? error.message.slice(0, LIMITS.errorStackChars) : null;
};
