import { z } from "zod";
import { Amounts, Limits } from "../../../contract/budgets.ts";
import { Metadata } from "../../../contract/common.ts";
import { RunError, Usage } from "../../../contract/runs.ts";
import { ZERO } from "../../budgets/vector.ts";
import { GrantShape } from "../../executor/protocol.ts";

/** Where a run stands in a tree of runs, and what its parent has lent it. */
export const Parent = z.strictObject({
	agentId: z.string(),
	runId: z.string(),
	callId: z.string(),
	rootRunId: z.string(),
	/** 1 for what a run starts that nobody's program started. */
	depth: z.int(),
	/** Agents from the root's to the parent's. */
	ancestors: z.array(z.string()),
	/** The most that it may use, with all below it. */
	slice: Limits,
});
export type Parent = z.infer<typeof Parent>;

/** What starts runs by itself. */
export const Cause = z.strictObject({ kind: z.enum(["trigger", "schedule"]), id: z.string() });
export type Cause = z.infer<typeof Cause>;

/** What a run is made of besides its status, kept as one JSON text. */
export const RunState = z.strictObject({
	grants: z.array(z.string()),
	/** Labels that stick to the run: those it started with and those of the grants it has used. */
	labels: z.array(z.string()),
	limits: z.strictObject({ wallMs: z.int(), cpuMs: z.int(), memoryMb: z.int(), calls: z.int() }),
	policyVersion: z.int(),
	programDigest: z.string(),
	metadata: Metadata,
	startedAtMs: z.int().nullable(),
	error: RunError.nullable(),
	usage: Usage,
	logsTruncated: z.boolean(),
	/** Calls begun or denied so far: the next call's place. */
	callCount: z.int(),
	/** Calls begun so far through each grant. */
	callsByGrant: z.record(z.string(), z.int()),
	/** Tokens that ended calls have used so far through each grant. */
	tokensByGrant: z.record(z.string(), z.int()).default({}),
	/** What the program's chance comes from, 64 hex characters, and its clock at its start: the same in each execution. */
	seed: z.string().default(""),
	clockMs: z.int().default(0),
	/** Stamp of the last answer: the program's clock never goes back. */
	atMs: z.int().default(0),
	mode: z.enum(["live", "dry", "replay"]).default("live"),
	source: z.string().nullable().default(null),
	/** The grants as the harness needs them, where the journal came with them; null: the policy's. */
	shapes: z.array(GrantShape).nullable().default(null),
	/** When it last began to wait for an executor; 0: when it was made. */
	queuedAtMs: z.int().default(0),
	/** Attempts that died under the run. */
	crashes: z.int().default(0),
	/** How often its isolate said that a call got no answer. */
	cuts: z.int().default(0),
	/** How long a call waits for a person with the isolate alive. */
	inlineMs: z.int().default(0),
	/** When the last call began. */
	lastCallAtMs: z.int().default(0),
	/** Changes of its calls so far. */
	changes: z.int().default(0),
	/** Characters of arguments and answers in its journal; `repeatable`: the journal is whole. */
	journalBytes: z.int().default(0),
	repeatable: z.boolean().default(true),
	/** Something that a parked run waits for came while its attempt was still closing. */
	woken: z.boolean().default(false),
	/** The run itself was charged: another attempt is not another run. */
	charged: z.boolean().default(false),
	/** Digest of the approved plan that it executes. */
	plan: z.string().nullable().default(null),
	/** The labels that it began with. */
	givenLabels: z.array(z.string()).default([]),
	/** Where the beginning of another run ends that it repeats, by its program's clock; null: it repeats none. */
	liveMs: z.int().nullable().default(null),
	/** How many calls its program had made when it ended, by the isolate's word; null: nobody told. */
	places: z.int().nullable().default(null),
	/** How many of them could be sent, likewise. */
	sent: z.int().nullable().default(null),
	/** What of `usage.usdMicros` is its own part, without its calls; null: it was admitted before that was counted by itself. */
	ownUsdMicros: z.int().nullable().default(null),
	/** The prices that it was admitted under; 0: the platform's. */
	pricesVersion: z.int().default(0),
	/** The slice of the tenant's live runs that its place is out of; null: none. */
	liveSlice: z.int().nullable().default(null),
	/** The call that started it, and what it may use; null: nobody's program started it. */
	parent: Parent.nullable().default(null),
	/** What the runs used that its calls have started, with all below them. */
	lent: Amounts.default(ZERO),
	/** Honeytokens that its calls are searched for: its own, and those of the runs that started it or that it repeats. */
	canaries: z.array(z.string()).default([]),
	/** What was told of calls that were denied: a grant and a code each. */
	deniedTold: z.array(z.string()).default([]),
	/** Calls denied because a secret stood in them. */
	secretDenials: z.int().default(0),
	/** The trigger or schedule that started it; null: neither. */
	cause: Cause.nullable().default(null),
	/** Which of its agent's stored programs it is; null: it was given with the request. */
	programVersion: z.int().nullable().default(null),
	isolation: z.enum(["fresh", "warm"]).default("fresh"),
	/** How many webhooks of this platform led to it, one out of the other. */
	hops: z.int().default(0),
	/** It was admitted into the line: nothing is set aside for it before it is claimed the first time. */
	unheld: z.boolean().default(false),
	/** When it was first claimed out of the line; 0: it never stood there before its first attempt. */
	calledUpAtMs: z.int().default(0),
});
export type RunState = z.infer<typeof RunState>;
