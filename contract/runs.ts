import { z } from "zod";
import { AgentInQuery, AgentRef } from "./agent-ref.ts";
import { Amounts } from "./budgets.ts";
import { AtMs, atMost, Metadata, PageQuery, ParsedJson } from "./common.ts";
import { ERRORS, type ErrorCode } from "./errors.ts";
import { idOf } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { RunGrants, RunLabels } from "./run-terms.ts";

export const RUN_STATUSES = [
	"queued",
	"running",
	"waiting_approval",
	"succeeded",
	"failed",
	"timed_out",
	"cancelled",
	"budget_exceeded",
] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

const ModuleText = z.string().max(LIMITS.programBytes);
const programSize = (program: string | { modules: Record<string, string> }): number =>
	(typeof program === "string" ? [program] : Object.values(program.modules)).reduce((sum, text) => sum + text.length, 0);

/** An ES module whose default export is `async (input, env) => result`: its text, or several modules and which one is the main one. */
export const Program = z
	.union([
		ModuleText.min(1),
		z.strictObject({
			main: z.string().min(1).max(LIMITS.moduleNameChars),
			modules: atMost(LIMITS.programModules, "modules", z.record(z.string().min(1).max(LIMITS.moduleNameChars), ModuleText)),
		}),
	])
	.refine((program) => programSize(program) <= LIMITS.programBytes, {
		error: `wanted at most ${LIMITS.programBytes} characters of program`,
	});
export type Program = z.infer<typeof Program>;

export const Language = z.enum(["javascript", "typescript"]);
export type Language = z.infer<typeof Language>;

/** `fresh`: each run has an isolate of its own. `warm`: runs of the same stored program of the agent may have the same one, one after the other (docs/warm-isolates.md). */
export const Isolation = z.enum(["fresh", "warm"]);
export type Isolation = z.infer<typeof Isolation>;

/** What a run may use; never more than its agent's policy says. */
export const RunLimits = z.strictObject({
	wallMs: z.int().min(1).max(LIMITS.wallMs.max).optional(),
	cpuMs: z.int().min(1).max(LIMITS.cpuMs.max).optional(),
	memoryMb: z.int().min(8).max(LIMITS.memoryMb.max).optional(),
	calls: z.int().min(0).max(LIMITS.calls.max).optional(),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** An input file: its text, or its bytes as base64. */
export const InputFile = z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })]);

export const CreateRun = z
	.strictObject({
		agent: AgentRef.optional().describe("id or name; left out: the tenant's agent `default`"),
		grants: RunGrants.optional().describe("a subset of the agent's grants"),
		program: Program.optional().describe("left out: the agent's stored program"),
		programVersion: z.int().min(1).optional().describe("which version of the agent's stored program; left out: the active one"),
		language: Language.optional().describe("default typescript"),
		input: ParsedJson.optional(),
		files: atMost(LIMITS.filesPerRun, "files", z.record(z.string().max(LIMITS.pathChars), InputFile)).optional(),
		limits: RunLimits.optional(),
		isolation: Isolation.optional().describe(
			"`warm` needs an agent that allows it, and its stored program; left out: the agent's for its stored program, else `fresh`",
		),
		wait: z.number().min(0).max(LIMITS.waitSeconds).optional().describe("seconds, default 25"),
		labels: RunLabels.optional(),
		metadata: Metadata.optional(),
		dryRun: z.boolean().optional().describe("reads happen, writes and spends are planned and not done; the run answers with its `plan`"),
		approvePlan: z
			.string()
			.max(100)
			.optional()
			.describe(
				"digest of a dry run's plan: executes that run's program and input, and exactly the plan's effects, without further approvals; needs the scope decide:approvals as well",
			),
	})
	.refine(({ program, programVersion }) => program === undefined || programVersion === undefined, {
		path: ["programVersion"],
		error: "wanted nothing beside program: a version is one of the agent's stored program",
	});
export type CreateRun = z.infer<typeof CreateRun>;

export const RunError = z.strictObject({
	code: z.string(),
	message: z.string(),
	hint: z.string(),
	line: z.int().nullable(),
	column: z.int().nullable(),
	stack: z.string().nullable(),
});
export type RunError = z.infer<typeof RunError>;

/** A run's error that stands at no line of the program. */
export const runError = (code: ErrorCode, message: string): RunError => ({
	code,
	message,
	hint: ERRORS[code].hint,
	line: null,
	column: null,
	stack: null,
});

export const Usage = z.strictObject({
	cpuMs: z.int(),
	wallMs: z.int(),
	calls: z.int(),
	tokens: z.int(),
	egressBytes: z.int(),
	usdMicros: z.int(),
});
export type Usage = z.infer<typeof Usage>;

export const RunLog = z.strictObject({
	seq: z.int(),
	atMs: AtMs,
	level: z.enum(["debug", "info", "log", "warn", "error"]),
	text: z.string(),
});
export type RunLog = z.infer<typeof RunLog>;

export const RunFile = z.strictObject({ path: z.string(), bytes: z.int() });
export type RunFile = z.infer<typeof RunFile>;

/** A pending approval as its run shows it: contract/approvals.ts. */
const Pending = z.strictObject({
	id: idOf("apr"),
	digest: z.string(),
	call: idOf("cal"),
	grant: z.string(),
	method: z.string(),
	expiresAtMs: AtMs,
});

/** What a dry run would have done, in order. `digest` is what `approvePlan` names. */
export const Plan = z.strictObject({
	digest: z.string(),
	effects: z.array(
		z.strictObject({
			grant: z.string(),
			verb: z.string(),
			method: z.string(),
			/** Canonical encoded arguments, whole. */
			args: z.string(),
			effect: z.enum(["read", "write", "spend"]),
			/** The most that it may cost. */
			cost: z.strictObject({ calls: z.int(), tokens: z.int(), egressBytes: z.int(), usdMicros: z.int() }),
			/** Whether a person would be asked. */
			approval: z.string().nullable(),
		}),
	),
});
export type Plan = z.infer<typeof Plan>;

export const Run = z.strictObject({
	id: idOf("run"),
	agent: idOf("agt"),
	status: RunStatus,
	/** Encoded as docs/design/values.md says. */
	result: z.json(),
	error: RunError.nullable(),
	usage: Usage,
	logs: z.array(RunLog),
	logsTruncated: z.boolean(),
	files: z.array(RunFile),
	grants: z.array(z.string()),
	labels: z.array(z.string()),
	programDigest: z.string(),
	policyVersion: z.int(),
	attempt: z.int(),
	createdAtMs: AtMs,
	startedAtMs: AtMs.nullable(),
	endedAtMs: AtMs.nullable(),
	/** The oldest call that waits for a person; all of them in `pendingApprovals`. */
	pendingApproval: Pending.nullable(),
	pendingApprovals: z.array(Pending),
	/** Calls of which nobody can say whether they happened: the run waits until somebody settles them (`POST /v1/calls/{id}/resolve`). */
	unresolvedCalls: z.array(idOf("cal")),
	/** `dry`: writes and spends were planned, not done. `replay`: answered from a journal. */
	mode: z.enum(["live", "dry", "replay"]).default("live"),
	/** The run that this one was forked from, or whose plan it executes. */
	source: z.string().nullable().default(null),
	/** Of a dry run that has ended. */
	plan: Plan.nullable(),
	metadata: Metadata,
	/** The call that started it, by `agent.run`; null: nobody's program did. */
	parent: z
		.strictObject({ agent: idOf("agt"), run: idOf("run"), call: idOf("cal") })
		.nullable()
		.default(null),
	/** The first run of its tree; null: it is that itself. */
	root: idOf("run").nullable().default(null),
	/** Which of its agent's stored programs it is; null: it was given with the request. */
	programVersion: z.int().nullable().default(null),
	/** `warm`: its isolate may have been that of earlier runs of the same program (docs/warm-isolates.md). */
	isolation: Isolation.default("fresh"),
	/** The trigger, or the schedule, that started it; null: none did. */
	trigger: idOf("trg").nullable().default(null),
	schedule: idOf("sch").nullable().default(null),
	/** What the runs used that it has started, with all below them. `usage` is its own. */
	lent: Amounts.default({ runs: 0, calls: 0, cpuMs: 0, wallMs: 0, tokens: 0, egressBytes: 0, usdMicros: 0 }),
});
export type Run = z.infer<typeof Run>;

/** A run in a list: without result, logs and files. */
export const RunSummary = Run.omit({
	result: true,
	logs: true,
	files: true,
	pendingApproval: true,
	pendingApprovals: true,
	unresolvedCalls: true,
	plan: true,
});
export type RunSummary = z.infer<typeof RunSummary>;

/** A run with all below it. `usage` is each run's own, `lent` what all below it used. */
export const RunTree = z.strictObject({
	/** The first run of the tree that it is in. */
	root: idOf("run"),
	data: z.array(
		z.strictObject({
			id: idOf("run"),
			agent: idOf("agt"),
			status: RunStatus,
			/** Below the run that was asked for, which has 0. */
			depth: z.int(),
			parent: idOf("run").nullable(),
			/** The call that started it. */
			call: idOf("cal").nullable(),
			usage: Usage,
			lent: Amounts,
			createdAtMs: AtMs,
			endedAtMs: AtMs.nullable(),
		}),
	),
	/** The tree has more runs than are shown. */
	truncated: z.boolean(),
});
export type RunTree = z.infer<typeof RunTree>;

export const ListRunsQuery = PageQuery.extend({
	agent: AgentInQuery,
	status: RunStatus.optional(),
	parent: idOf("run").optional().describe("those that this run has started"),
	trigger: idOf("trg").optional().describe("those that this trigger has started, also when it is deleted"),
	schedule: idOf("sch").optional().describe("those that this schedule has started, also when it is deleted"),
});

/** `waiting`: for a person, or for the run that it has started. `planned`: by a dry run. `unknown`: nobody can say whether it happened. */
export const CALL_STATUSES = ["started", "waiting", "planned", "done", "failed", "denied", "unknown"] as const;
/** One use of a grant. `hash` = SHA-256 over `previousHash` and the entry's canonical JSON: docs/design/ledger.md. */
export const Call = z.strictObject({
	id: idOf("cal"),
	run: idOf("run"),
	seq: z.int().describe("1, 2, … within the run"),
	grant: z.string(),
	verb: z.string(),
	/** The tenant's name of the model that it asked; null: none. Entries of before it was kept do not have it. */
	model: z.string().nullable().optional(),
	method: z.string(),
	/** Canonical encoded arguments, cut at 8 KiB of text; null when they were not readable. */
	args: z.string().nullable(),
	argsDigest: z.string(),
	decision: z.enum(["allowed", "denied"]),
	rule: z.string().nullable(),
	status: z.enum(CALL_STATUSES),
	/** What it does outside: null where it was denied before that was known. */
	effect: z.enum(["read", "write", "spend"]).nullable().default(null),
	/** How many-th call of its grant, method and arguments in the run. */
	nth: z.int().default(1),
	/** What a person decided of it; null: nobody was asked. */
	approval: z.string().nullable().default(null),
	error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
	cost: z.strictObject({ calls: z.int(), tokens: z.int(), egressBytes: z.int(), usdMicros: z.int() }),
	startedAtMs: AtMs,
	endedAtMs: AtMs.nullable(),
	/** Place in the agent's chain; null until the call has ended. */
	entry: z.int().nullable(),
	hash: z.string().nullable(),
	previousHash: z.string().nullable(),
});
export type Call = z.infer<typeof Call>;
