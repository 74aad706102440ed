import type { WorkerEntrypoint } from "cloudflare:workers";
import { isolateCode } from "./isolate-code.ts";
import type { Job } from "./protocol.ts";

/** What the harness exports by default (worker/harness/harness.js). */
export declare class Harness extends WorkerEntrypoint {
	run(jobText: string): Promise<string>;
}

/**
 * The harness of the isolate that a job is to have: a fresh one, or the one that its `warm` names, made when there is none. A fresh one has the job's authority
 * in its env; a warm one has none of its own, and is handed that of each run with it.
 * @param bindings the gate's stub of each grant of the job, by the grant's name
 * @param readLibraries text of each library of the job; asked for when an isolate is made
 */
export const loadIsolate = async (
	loader: WorkerLoader,
	job: Job,
	harnessModules: Readonly<Record<string, string>>,
	bindings: Readonly<Record<string, Fetcher>>,
	readLibraries: () => Promise<Readonly<Record<string, string>>>,
): Promise<Pick<Harness, "run">> => {
	if (job.warm === undefined)
		return loader.load(isolateCode(job, harnessModules, bindings, await readLibraries())).getEntrypoint<Harness>();
	const isolate = loader.get(job.warm, async () => isolateCode(job, harnessModules, {}, await readLibraries()));
	return isolate.getEntrypoint<Harness>(undefined, { props: { grants: bindings } });
};
