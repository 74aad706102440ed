import { sha256Hex } from "../../ledger/chain-call.ts";
import type { CallLine, CallRow } from "./call-rows.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** What a call is, apart from how many-th of its kind: the same in each execution. @param args canonical arguments, or the text that was not readable */
export const kindOfCall = (grant: string, method: string, args: string): string => sha256Hex(`${grant}\n${method}\n${args}`);

export type Match =
	/** The journal has it. */
	| { kind: "recorded"; entry: CallRow }
	| { kind: "new" }
	/** The program has taken another way than the recorded one: there it called this. */
	| { kind: "diverged"; entry: CallLine };

/**
 * Finds a call of this execution in the run's journal: the recorded one of its kind that this attempt has not asked for yet. One that is not there is new,
 * unless a recorded call that belongs at or before its place was not asked for.
 */
export const matchCall = (state: ObjectState, row: RunRow, kind: string, place: number): Match => {
	if (!isRepeated(row)) return { kind: "new" };
	const entry = state.calls.asked(row.id, kind, place, row.attempt);
	if (entry !== null) return { kind: "recorded", entry };
	const missed = state.calls.firstUnseen(row.id, row.attempt, place);
	return missed === null ? { kind: "new" } : { kind: "diverged", entry: missed };
};

/** Whether the journal may hold calls of an execution before this one. */
const isRepeated = (row: RunRow): boolean => row.attempt > 1 || row.state.source !== null;
