import { z } from "zod";
import { ParsedJson } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { Language, Program, Run } from "./runs.ts";

/** An answer to put in a recorded one's place: a value, or an error as a call throws it. Encoded as docs/design/values.md says. */
export const Override = z.union([
	z.strictObject({ value: ParsedJson }),
	z.strictObject({ error: z.strictObject({ code: z.string().max(64), message: z.string().max(LIMITS.reasonChars) }) }),
]);
export type Override = z.infer<typeof Override>;

/**
 * `from` left out: the whole run again, every call answered from the journal. With `from`: recorded up to that call, then `dry` (writes and spends are
 * planned, not done) or `live` (a new run, for real), with the answers of `overrides` in the place of recorded ones.
 */
export const ReplayRun = z
	.strictObject({
		program: Program.optional().describe("another version of the program; left out: the run's own"),
		language: Language.optional(),
		from: z
			.int()
			.min(0)
			.optional()
			.describe("seq of the last call that is answered from the journal: a fork, which needs the scope write:runs as well"),
		overrides: z.record(z.string().max(64), Override).optional().describe("call id or seq -> answer; of calls up to `from`"),
		mode: z.enum(["dry", "live"]).optional().describe("how it goes on after `from`; default dry"),
		wait: z.number().min(0).max(LIMITS.waitSeconds).optional().describe("seconds, default 25; of a live fork"),
	})
	.refine(({ from, mode, overrides }) => from !== undefined || (mode === undefined && overrides === undefined), {
		error: "wanted `from` with `mode` and `overrides`",
	});
export type ReplayRun = z.infer<typeof ReplayRun>;

/** The first difference of two executions. `recorded` and `replayed`: both sides as text; null where one has nothing. */
export const Divergence = z.strictObject({
	what: z.enum(["call", "log", "result", "error", "status"]),
	/** Which call or line, counted from 1; null for the others, and where only the number of calls differs. */
	at: z.int().nullable(),
	recorded: z.string().nullable(),
	replayed: z.string().nullable(),
});
export type Divergence = z.infer<typeof Divergence>;

/** `identical`: result, log lines and calls are equal to the byte. `forked`: what was asked for is another execution; `run` is it. */
export const Replay = z.strictObject({
	verdict: z.enum(["identical", "diverged", "forked"]),
	divergence: Divergence.nullable(),
	/** The execution as a run would be shown. A fork is a run of its own, to be found under its id; of a replay nothing stays. */
	run: Run,
});
export type Replay = z.infer<typeof Replay>;

export const ReplayAgent = z.strictObject({
	program: Program.optional().describe("a version of the program to try on old runs; left out: each run's own"),
	language: Language.optional(),
	runs: z.int().min(1).max(LIMITS.replayRuns).optional().describe("the last so many runs; default 20"),
});
export type ReplayAgent = z.infer<typeof ReplayAgent>;

/** `cannot_replay`: why stands in `why`. */
export const AgentReplay = z.strictObject({
	identical: z.int(),
	diverged: z.int(),
	notReplayed: z.int(),
	data: z.array(
		z.strictObject({
			run: z.string(),
			verdict: z.enum(["identical", "diverged", "not_replayed"]),
			divergence: Divergence.nullable(),
			why: z.string().nullable(),
		}),
	),
});
export type AgentReplay = z.infer<typeof AgentReplay>;
