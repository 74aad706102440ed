import { LIMITS } from "../../../contract/limits.ts";
import type { KeptAnswer } from "./call-rows.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** The moment at which a program gets an answer: never before one that it has had. @param plannedMs when it is to be instead; null: now */
export const stampOf = (row: RunRow, nowMs: number, plannedMs: number | null = null): number =>
	Math.max(plannedMs ?? nowMs, row.state.atMs, row.state.clockMs);

/**
 * Notes on the run that its journal grows by an answer, and when. What no longer fits is not kept: the run goes on, and cannot be executed again.
 * @returns the answer as it is to be written; null: it is not kept
 */
export const growJournal = (state: ObjectState, runId: string, answer: KeptAnswer): KeptAnswer | null => {
	const row = state.runs.get(runId);
	if (row === null) return null;
	const grown = row.state.journalBytes + (answer.text?.length ?? 0);
	const fits = row.state.repeatable && grown <= LIMITS.journalBytes;
	const journalBytes = fits ? grown : row.state.journalBytes;
	state.runs.update({
		...row,
		state: { ...row.state, journalBytes, repeatable: fits, atMs: Math.max(row.state.atMs, answer.atMs ?? 0) },
	});
	return fits ? answer : null;
};

/** Why a call's arguments are kept: `always`: they are read while the run goes on; `repeat`: the run is executed again with them; `shown`: they are shown, no more. */
type Need = "always" | "repeat" | "shown";

/**
 * Notes on the run that its journal grows by a call's arguments, before they are written. What no longer fits is not kept, nor is anything of a run that cannot
 * be executed again. What is kept `always` is bounded by who keeps it.
 * @returns the arguments as they are to be written; null: they are not kept
 */
export const keepArguments = (state: ObjectState, runId: string, args: string | null, need: Need): string | null => {
	const row = state.runs.get(runId);
	if (row === null || args === null) return null;
	const fits = row.state.repeatable && hasRoom(row, args);
	const isKept = fits || need === "always";
	if (!isKept && need === "shown") return null;
	const journalBytes = row.state.journalBytes + (isKept ? args.length : 0);
	state.runs.update({ ...row, state: { ...row.state, journalBytes, repeatable: fits } });
	return isKept ? args : null;
};

/** Whether a run's journal has room for a call's arguments. */
export const hasRoom = (row: RunRow, args: string | null): boolean => row.state.journalBytes + (args?.length ?? 0) <= LIMITS.journalBytes;

/** What a program is told whose call must be kept and has no room. */
export const noRoom = (row: RunRow, grant: string, method: string, args: string | null): string => {
	const left = Math.max(0, LIMITS.journalBytes - row.state.journalBytes);
	return `Calling env.${grant}.${method}: found arguments of ${args?.length ?? 0} characters, wanted at most ${left}, which are left of what is kept of a run's calls`;
};

/** An answer could not be kept: the run goes on, and cannot be executed again. */
export const forgoJournal = (state: ObjectState, runId: string): void => {
	const row = state.runs.get(runId);
	if (row !== null) state.runs.update({ ...row, state: { ...row.state, repeatable: false } });
};
