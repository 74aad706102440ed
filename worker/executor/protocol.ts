/**
 * What the Worker, the supervisor and an executor process say to each other about one run. Everything that comes back is parsed with these schemas
 * on the host: an executor process that was taken over can say anything.
 */
import { z } from "zod";
import { ParsedJson } from "../../contract/common.ts";
import { LIBRARY_NAMES } from "../../contract/libraries.ts";
import { LIMITS } from "../../contract/limits.ts";

/** Text of choices with where they begin: `${from} ${choices}`, or `${from} !` when they are too many to be told. */
const CHOICES_CHARS = LIMITS.choicesChars + 64;

/** A program as an isolate can load it: JavaScript with the program's own lines, and the author's text where it differs. */
export const CompiledProgram = z.strictObject({
	main: z.string(),
	/** Module name -> JavaScript. Names are the program's own, e.g. `main.ts`. */
	modules: z.record(z.string(), z.string()),
	/** Module name -> the author's text; only for modules that stripping changed. It never enters the isolate. */
	sources: z.record(z.string(), z.string()),
	/** The libraries that it imports, each once; only these enter the isolate. Absent: none. */
	libraries: z.array(z.enum(LIBRARY_NAMES)).max(LIBRARY_NAMES.length).optional(),
});
export type CompiledProgram = z.infer<typeof CompiledProgram>;

/** A program as its author wrote it. */
export const SourceProgram = z.strictObject({
	main: z.string(),
	modules: z.record(z.string(), z.string()),
	language: z.enum(["javascript", "typescript"]),
	/** What it may import besides its own modules: its agent's policy says so, not its author, and the program's digest does not cover it. Absent: none. */
	libraries: z.array(z.enum(LIBRARY_NAMES)).max(LIBRARY_NAMES.length).optional(),
});
export type SourceProgram = z.infer<typeof SourceProgram>;

/** What the compiler found. `line` and `column` count from 1, in the author's text. */
export const CompileOutcome = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("compiled"), program: CompiledProgram }),
	z.strictObject({
		kind: z.literal("invalid"),
		message: z.string(),
		module: z.string(),
		line: z.int().nullable(),
		column: z.int().nullable(),
	}),
]);
export type CompileOutcome = z.infer<typeof CompileOutcome>;

/** One grant as the harness needs to know it: its name, its verb, the methods its object has. No rule, no secret's name. */
export const GrantShape = z.strictObject({
	name: z.string(),
	verb: z.string(),
	methods: z.array(z.string()),
	/** Those whose answer comes in parts. */
	streams: z.array(z.string()),
});
export type GrantShape = z.infer<typeof GrantShape>;

/** One execution. `token` is the authority of this attempt at the gate and of nothing else. */
export const Job = z.strictObject({
	runId: z.string(),
	attempt: z.int(),
	tenantId: z.string(),
	agentId: z.string(),
	token: z.string(),
	program: CompiledProgram,
	/** Encoded input (contract/tagged-json). */
	input: z.string(),
	grants: z.array(GrantShape),
	limits: z.strictObject({ wallMs: z.int(), cpuMs: z.int(), memoryMb: z.int() }),
	/** What the program's chance is drawn from: 64 hex characters. */
	seed: z.string(),
	/** The program's time when it starts, epoch milliseconds. */
	clockMs: z.int(),
	/** Of a run that repeats another's beginning: the program's time where that ends, epoch milliseconds. Its timers wait as if that were now. Absent: they wait for the real time. */
	liveMs: z.int().nullable().optional(),
	/** The choices that were recorded of this run so far (docs/design/replay.md), followed before it goes on live; empty: none. */
	timeline: z.string(),
	/** Every answer is recorded: its end waits until the gate has seen the calls that nobody awaits. Absent: false. */
	isReplay: z.boolean().optional(),
	/**
	 * The isolate that it may share with others that have this name, one after the other (docs/warm-isolates.md). From the Worker, which runs may share one; to
	 * an executor process or a loader, one isolate. Absent: a fresh one.
	 */
	warm: z.string().max(128).optional(),
	/** Images of the datasets that its grants name, together; an engine beside the isolate may hold them. Absent: none. */
	datasetBytes: z.int().optional(),
});
export type Job = z.infer<typeof Job>;

/** A console line as captured. `atMs` is epoch milliseconds by the program's own clock. */
export const LogLine = z.strictObject({
	seq: z.int().min(1),
	atMs: z.number(),
	level: z.enum(["debug", "info", "log", "warn", "error"]),
	text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

/** What the harness answers: the program's word, parsed on the host. `result` is encoded JSON (contract/tagged-json), already a JSON value here. */
export const HarnessAnswer = z.strictObject({
	outcome: z.discriminatedUnion("kind", [
		z.strictObject({ kind: z.literal("returned"), result: ParsedJson }),
		z.strictObject({
			kind: z.literal("threw"),
			/** `program_threw`, `result_not_serializable`, `result_too_large`, `invalid_program`, or the code of a refused call that was not handled. */
			code: z.string().max(64),
			/** What to do, as the call said it. Absent or empty: the code's own. */
			hint: z.string().optional(),
			name: z.string(),
			message: z.string(),
			stack: z.string(),
		}),
		/** A call of it waits for a person: it is executed again when there is a decision. */
		z.strictObject({
			kind: z.literal("parked"),
			/** When its program's next timer is due, epoch milliseconds; null: none. */
			timerAtMs: z.int().min(0).nullable(),
		}),
		/** A call got no answer, so nothing was told to the program any more. */
		z.strictObject({ kind: z.literal("cut") }),
	]),
	/** In which order events came, where more than one could: `${from} ${choices}` (docs/design/replay.md). */
	choices: z.string().max(CHOICES_CHARS),
	/** How many calls the program has made. One that it did not wait for may have been too late for the gate. */
	places: z.int().min(0),
	/** How many of them could be sent: those whose arguments could be read, and whose signal had not aborted before. */
	sent: z.int().min(0),
	logs: z.array(LogLine),
	/** Lines that were made but not kept. */
	logsDropped: z.int().min(0),
});
export type HarnessAnswer = z.infer<typeof HarnessAnswer>;

const Measured = {
	/** CPU time of the whole process while the run had it, milliseconds, measured from outside. On Cloudflare, where nothing tells, the larger of 1 and the wall time, at most the limit. */
	cpuMs: z.number().min(0),
	wallMs: z.number().min(0),
	startedAtMs: z.number(),
};
/** Lines that were seen on the process's standard output before it was stopped. */
const Spooled = { logs: z.array(LogLine), logsDropped: z.int().min(0) };

/** How an execution ended, decided by who was running and what was measured, never by what the program says. */
export const ExecutionOutcome = z.discriminatedUnion("kind", [
	/** The harness answered: `answer` is JSON text of a HarnessAnswer, bounded, not yet parsed. */
	z.strictObject({ kind: z.literal("answered"), answer: z.string(), ...Measured }),
	/** The supervisor (or the runtime's limit) stopped it. */
	z.strictObject({ kind: z.literal("stopped"), reason: z.enum(["cpu", "memory", "wall", "cancelled"]), ...Measured, ...Spooled }),
	/** The isolate gave no answer: it hung, or ended itself. */
	z.strictObject({ kind: z.literal("silent"), ...Measured, ...Spooled }),
	/** The runtime refused to load the modules. `message` is the runtime's, about the program's own text. */
	z.strictObject({ kind: z.literal("not_loaded"), message: z.string(), ...Measured, ...Spooled }),
	/** The process died by itself or could not be reached. */
	z.strictObject({ kind: z.literal("lost"), ...Measured, ...Spooled }),
	/** No process took it: none configured, queue full, or draining. Nothing ran. */
	z.strictObject({ kind: z.literal("refused"), why: z.string() }),
]);
export type ExecutionOutcome = z.infer<typeof ExecutionOutcome>;

/** One line of the supervisor's answer to a job: console lines while it goes, and as the last line its outcome. */
export const RunFrame = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("lines"), lines: z.array(LogLine).max(LIMITS.logLines) }),
	...ExecutionOutcome.options,
]);
export type RunFrame = z.infer<typeof RunFrame>;

/** A call on its way from an isolate to the gate. */
export const GateCall = z.strictObject({
	grant: z.string().max(64),
	method: z.string().max(64),
	/** Encoded array of arguments (contract/tagged-json). */
	args: z.string(),
	/** Where in its execution the program stood: `${place} ${from} ${choices}` (docs/design/replay.md). The isolate's word. */
	at: z.string().max(CHOICES_CHARS),
});
export type GateCall = z.infer<typeof GateCall>;

/**
 * What the gate answers when the call acts in an engine beside the run: whoever carried the call asks the engine and brings its answer to the gate, which
 * then gives the GateAnswer. `image.id` tells apart tenant, dataset and content: the same id is the same bytes.
 */
export const EngineWork = z.strictObject({
	kind: z.literal("engine"),
	callId: z.string(),
	image: z.strictObject({ id: z.string(), bytes: z.int() }),
	/** JSON text of an EngineQuery. */
	query: z.string(),
	/** Whether the changed image is to be saved, before the answer. */
	writes: z.boolean(),
});
export type EngineWork = z.infer<typeof EngineWork>;

/** Media type of an EngineWork at the gate's socket: every other answer is for the isolate. */
export const ENGINE_WORK = "application/vnd.cordon.engine+json";

/** One making of a dataset's image out of data. `token` opens the data at the gate and the place where the image goes, and nothing else. */
export const ImportJob = z.strictObject({
	tenantId: z.string(),
	token: z.string(),
	/** JSON text of an EngineImport. */
	options: z.string(),
	/** Of the image that is added to; null: a new one. */
	baseBytes: z.int().nullable(),
});
export type ImportJob = z.infer<typeof ImportJob>;

/** How an import ended, by who was running and what was measured. `answer` is JSON text of an ImportAnswer, bounded, not yet parsed. */
export const ImportOutcome = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("answered"), answer: z.string() }),
	z.strictObject({ kind: z.literal("stopped"), reason: z.enum(["cpu", "memory", "wall", "cancelled"]) }),
	z.strictObject({ kind: z.literal("lost") }),
	z.strictObject({ kind: z.literal("refused"), why: z.string() }),
]);
export type ImportOutcome = z.infer<typeof ImportOutcome>;

/** The program's time at an answer, epoch milliseconds; null: no time passed. */
const atMs = z.int().nullable();

/**
 * The gate's answer: an encoded value, an error that the harness throws, word that the run is parked and its isolate may end, or, in a replay, that no answer
 * of this call is recorded: none will come.
 */
export const GateAnswer = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("value"), value: z.string(), atMs }),
	z.strictObject({
		kind: z.literal("error"),
		code: z.string(),
		message: z.string(),
		hint: z.string(),
		details: z.record(z.string(), z.unknown()).optional(),
		atMs,
	}),
	z.strictObject({ kind: z.literal("parked") }),
	z.strictObject({ kind: z.literal("never") }),
]);
export type GateAnswer = z.infer<typeof GateAnswer>;

/** One line of an answer in parts: a part's encoded value, or, as the last line, the answer. */
export const GateFrame = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("part"), value: z.string(), atMs }),
	...GateAnswer.options,
]);
export type GateFrame = z.infer<typeof GateFrame>;

/** How many executor processes there are, and how they are enclosed. `enclosure` is `none` when neither bubblewrap nor unshare works. */
export const ExecutorStatus = z.strictObject({
	idle: z.int(),
	busy: z.int(),
	enclosure: z.enum(["bubblewrap", "unshare", "none", "cloudflare"]),
	/** False while the supervisor stops: what is admitted then waits for the next start. */
	accepting: z.boolean(),
});
export type ExecutorStatus = z.infer<typeof ExecutorStatus>;

/** What runs programs. `loader` on Cloudflare, `remote` on one machine; absent, runs are refused. */
export interface Executor {
	compile(source: SourceProgram, tenantId: string): Promise<CompileOutcome | { kind: "refused"; why: string }>;
	/**
	 * Resolves when the run has ended; `onStart` is called once when it has left the queue, `onLines` with console lines while the run goes, where the
	 * executor sees them (on Cloudflare none does): each line once, in order, and those of the end perhaps only in the outcome. Never throws for what a program does.
	 */
	run(job: Job, onStart: (startedAtMs: number) => void, onLines?: (lines: readonly LogLine[]) => void): Promise<ExecutionOutcome>;
	/** Makes a dataset's image. Never throws for what the data does. */
	importDataset(job: ImportJob): Promise<ImportOutcome>;
	/** Stops a run that this executor has; nothing if it does not have it. */
	cancel(runId: string): Promise<void>;
	/** The warm isolate of a run that has ended may be used again. Without this word it is not. Never throws for a run that it does not know. */
	keep(runId: string): Promise<void>;
	status(): Promise<ExecutorStatus>;
}
