import { z } from "zod";
import { Approval } from "./approvals.ts";
import { AtMs } from "./common.ts";
import { Call, Run, RunLog, RunStatus } from "./runs.ts";

/**
 * What `GET /v1/runs/{id}/events` sends, by the event's name; `data` is the JSON of the shape, on one line. Events are made from the run as it is when
 * it is looked at: what changed twice in between comes once, as it is now.
 */
export const RUN_EVENTS = {
	/** The run's status is another, or another attempt executes it. `atMs`: when it came to it, as far as is known, else when it was seen. */
	status: z.strictObject({ status: RunStatus, attempt: z.int(), atMs: AtMs }),
	/** A console line. */
	log: RunLog,
	/** A call that is new or has changed. */
	call: Call,
	/** An approval that is new or settled. What it would let happen is at `GET /v1/approvals/{id}`. */
	approval: Approval.omit({ args: true, question: true }),
	/** The run has ended; nothing follows. Its lines have come as events. */
	end: Run.omit({ logs: true }),
} as const;

export const RunStatusEvent = RUN_EVENTS.status;
export type RunStatusEvent = z.infer<typeof RunStatusEvent>;
export const RunApprovalEvent = RUN_EVENTS.approval;
export type RunApprovalEvent = z.infer<typeof RunApprovalEvent>;
export const RunEndEvent = RUN_EVENTS.end;
export type RunEndEvent = z.infer<typeof RunEndEvent>;
