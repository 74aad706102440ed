import { LIMITS } from "../../../contract/limits.ts";
import { runError } from "../../../contract/runs.ts";
import type { CallLine } from "./call-rows.ts";
import { endUnderWay } from "./end-under-way.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

const SHOWN_CHARS = 300;

/** A call in words, for a message. */
export const callInWords = (grant: string, method: string, args: string | null): string =>
	`env.${grant}.${method}(${(args ?? "unreadable arguments").slice(0, SHOWN_CHARS)})`;

/** Ends a run whose program, executed again, has taken another way: the message names the first difference. No call begins after this step. */
export const divergeRun = (state: ObjectState, row: RunRow, { record }: CallLine, asked: string, nowMs: number): void => {
	const message = `Executing the run again: call ${record.seq} was ${callInWords(record.grant, record.method, record.args)}, the program now ${asked}`;
	endDiverged(state, row, message, nowMs);
};

/** The same where the way is an approved plan's. */
export const endDiverged = (state: ObjectState, row: RunRow, message: string, nowMs: number): void => {
	endUnderWay(state, row, "failed", runError("replay_diverged", message.slice(0, LIMITS.errorMessageChars)), nowMs);
};
