import { LIMITS } from "../../contract/limits.ts";
import { carryOutImport, type ImportPort } from "./carry-out.ts";
import { compileProgram } from "./compile-program.ts";
import { LIBRARY_MODULES } from "../libraries/library-modules.ts";
import { engineLoader } from "./engine-loader.ts";
import { readEngineParts } from "./engine-parts.ts";
import { HARNESS_MODULES } from "./harness-modules.ts";
import { type GateProps, harnessJob } from "./isolate-code.ts";
import { judgeIsolateError } from "./judge-isolate-error.ts";
import { loadIsolate } from "./load-isolate.ts";
import type { ExecutionOutcome, Executor, ImportOutcome, Job } from "./protocol.ts";
import { WarmIsolates } from "./warm-isolates.ts";

/** Ends the wait for a run that this Worker's isolate has under way, by the run's id. Another isolate's runs cannot be reached from here. */
const cancels = new Map<string, () => void>();

/**
 * The warm isolates that this Worker's isolate has made. Their ids are of chance, so that nobody else's runs come into one: what is known here of who has one is
 * all there is to know. The runtime forgets isolates that nobody uses, and so does this.
 */
const warmIsolates = new WarmIsolates(LIMITS.warmIsolatesPerWorker, "forgets_oldest");

/** The job with the isolate that it is to have. */
const withIsolate = ({ warm, ...job }: Job): Job => {
	if (warm === undefined) return job;
	const isolate = warmIsolates.take(warm, job.runId, Date.now());
	return isolate === null ? job : { ...job, warm: isolate };
};

/** How an isolate's part ended, before it is measured. */
type Ending =
	| { kind: "answered"; answer: string }
	| { kind: "stopped"; reason: "cpu" | "memory" | "wall" | "cancelled" }
	| { kind: "silent" }
	| { kind: "not_loaded"; message: string };

/**
 * The executor on Cloudflare: each run in a fresh isolate of Worker Loader, or in a warm one that it alone has meanwhile, whose CPU time and memory the platform limits. Wall time is limited by a
 * deadline here; what the isolate does after it has no effect, since the gate refuses calls of a run that is over.
 * @param gateBinding a service binding to the gate for one grant of one attempt, e.g. `(props) => ctx.exports.Gate({ props })`
 * @param importPort what an import with this token reaches
 */
export const createLoaderExecutor = (
	loader: WorkerLoader,
	gateBinding: (props: GateProps) => Fetcher,
	importPort: (token: string) => ImportPort,
): Executor => {
	const run = async (job: Job, onStart: (startedAtMs: number) => void): Promise<ExecutionOutcome> => {
		const startedAtMs = Date.now();
		onStart(startedAtMs);
		const interrupted = Promise.withResolvers<Ending>();
		const deadline = setTimeout(() => interrupted.resolve({ kind: "stopped", reason: "wall" }), job.limits.wallMs);
		cancels.set(job.runId, () => interrupted.resolve({ kind: "stopped", reason: "cancelled" }));
		const ending = await Promise.race([runIsolate(loader, gateBinding, withIsolate(job)), interrupted.promise]);
		clearTimeout(deadline);
		cancels.delete(job.runId);
		return measure(ending, job, startedAtMs);
	};

	return {
		compile: async (source) => compileProgram(source),
		run,
		importDataset: async (job) => {
			const work = carryOutImport(engineLoader(loader, readEngineParts), job, importPort(job.token));
			let timer: ReturnType<typeof setTimeout> | undefined;
			const late = new Promise<ImportOutcome>((resolve) => {
				timer = setTimeout(() => resolve({ kind: "stopped", reason: "wall" }), LIMITS.importWallMs);
			});
			const answered = work.then(
				(answer): ImportOutcome => ({ kind: "answered", answer }),
				(): ImportOutcome => ({ kind: "stopped", reason: "cpu" }),
			);
			return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
		},
		cancel: async (runId) => cancels.get(runId)?.(),
		keep: async (runId) => warmIsolates.keep(runId),
		status: async () => ({ idle: 1, busy: cancels.size, enclosure: "cloudflare", accepting: true }),
	};
};

const runIsolate = async (loader: WorkerLoader, gateBinding: (props: GateProps) => Fetcher, job: Job): Promise<Ending> => {
	const bindings = Object.fromEntries(job.grants.map(({ name }) => [name, gateBinding({ token: job.token, grant: name })]));
	const readLibraries = async () => Object.fromEntries((job.program.libraries ?? []).map((name) => [name, LIBRARY_MODULES[name]]));
	try {
		const harness = await loadIsolate(loader, job, HARNESS_MODULES, bindings, readLibraries);
		const answer: unknown = await harness.run(harnessJob(job, false));
		// Nothing is asked of what the isolate made before it is known to be a string.
		return typeof answer === "string" && answer.length <= LIMITS.executorAnswerBytes ? { kind: "answered", answer } : { kind: "silent" };
	} catch (error) {
		return judgeIsolateError(error);
	}
};

const measure = (ending: Ending, job: Job, startedAtMs: number): ExecutionOutcome => {
	const wallMs = Date.now() - startedAtMs;
	const measured = { cpuMs: Math.min(Math.max(1, wallMs), job.limits.cpuMs), wallMs, startedAtMs };
	return ending.kind === "answered" ? { ...ending, ...measured } : { ...ending, ...measured, logs: [], logsDropped: 0 };
};
