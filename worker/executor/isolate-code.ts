import { LIMITS } from "../../contract/limits.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "./isolate-flags.ts";
import type { Job } from "./protocol.ts";
import { LIBRARY_ROOT } from "./stand-in.ts";

/** The entrypoint props of one grant's gate: the authority of this attempt, and the grant it is for. Never inside the isolate's own data. */
export interface GateProps {
	readonly token: string;
	readonly grant: string;
}

/** What a Worker Loader loads (workers-types: WorkerLoaderWorkerCode), with our choices as literals. */
export interface IsolateCode<Binding> {
	compatibilityDate: string;
	compatibilityFlags: string[];
	mainModule: string;
	modules: Record<string, { js: string }>;
	env: Record<string, Binding>;
	globalOutbound: null;
	limits: { cpuMs: number };
}

const PROGRAM_ROOT = "program/";

/**
 * The code of one run's isolate: the harness, the program under `program/`, the libraries that it imports, no network, and one binding per grant.
 * @param bindings the gate's stub of each grant of the job, by the grant's name; nothing else enters the isolate's env. None for a warm isolate, whose
 * authority comes with each run
 * @param libraries text of each library of the job, by its name. A library is code beside the program, with what the program has and no more
 */
export const isolateCode = <Binding>(
	job: Job,
	harnessModules: Readonly<Record<string, string>>,
	bindings: Readonly<Record<string, Binding>>,
	libraries: Readonly<Record<string, string>> = {},
): IsolateCode<Binding> => {
	const modules = Object.fromEntries([
		...Object.entries(job.program.modules).map(([name, js]) => [PROGRAM_ROOT + name, { js }] as const),
		...Object.entries(libraries).map(([name, js]) => [`${LIBRARY_ROOT}${name}.js`, { js }] as const),
		...Object.entries(harnessModules).map(([name, js]) => [name, { js }] as const),
	]);
	return {
		compatibilityDate: COMPATIBILITY_DATE,
		compatibilityFlags: [...COMPATIBILITY_FLAGS],
		mainModule: "harness.js",
		modules,
		env: { ...bindings },
		globalOutbound: null,
		limits: { cpuMs: job.limits.cpuMs },
	};
};

/**
 * What the harness is told of a job, as the JSON text that its `run` takes. No token, no tenant, no other limit stands in it.
 * @param spool whether console lines are also printed at once, where a supervisor reads the process's output
 */
export const harnessJob = (job: Job, spool: boolean): string =>
	JSON.stringify({
		runId: job.runId,
		main: job.program.main,
		modules: Object.keys(job.program.modules),
		input: job.input,
		grants: job.grants,
		limits: {
			resultBytes: LIMITS.resultBytes,
			argumentBytes: LIMITS.argumentBytes,
			callsInFlight: LIMITS.callsInFlightPerRun,
			valueDepth: LIMITS.valueDepth,
			valueNodes: LIMITS.valueNodes,
			bigintDigits: LIMITS.bigintDigits,
			logLines: LIMITS.logLines,
			logLineChars: LIMITS.logLineChars,
			logChars: LIMITS.logChars,
			errorMessageChars: LIMITS.errorMessageChars,
			errorStackChars: LIMITS.errorStackChars,
			choicesChars: LIMITS.choicesChars,
		},
		spool,
		seed: job.seed,
		clockMs: job.clockMs,
		liveMs: job.liveMs ?? null,
		timeline: job.timeline,
		isReplay: job.isReplay ?? false,
		isolate: job.warm ?? null,
	});
