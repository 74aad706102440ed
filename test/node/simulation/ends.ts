import { runError } from "../../../contract/runs.ts";
import type { FinishCommand } from "../../../worker/agents/object/finish-run.ts";

/** How an attempt ended, as its executor tells it. */
export type End = Omit<FinishCommand, "runId" | "attempt">;
export const RETURNED: End = {
	...{ ending: "ended", status: "succeeded", result: { answer: 42 }, error: null, logs: [], logsTruncated: false },
	...{ choices: "0 ", places: null, sent: null, timerAtMs: null, cpuMs: 0, wallMs: 0, startedAtMs: null },
};
export const THREW: End = { ...RETURNED, status: "failed", result: null, error: runError("program_threw", "it threw") };
/** What executes it died, and the host knows. */
export const LOST: End = { ...THREW, ending: "lost", choices: null, error: runError("executor_lost", "it died") };
export const TIMED_OUT: End = { ...THREW, status: "timed_out", choices: null, error: runError("wall_time_exceeded", "it took too long") };
export const PARKED: End = { ...RETURNED, ending: "parked", status: "failed", result: null };
export const CANCELLED: End = { ...THREW, status: "cancelled", choices: null, error: runError("cancelled", "somebody stopped it") };
