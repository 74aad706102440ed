import { z } from "zod";
import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import { readRows } from "../../db/rows.ts";
import { lookUntil, type RunBell } from "./run-bell.ts";
import { hasNews, type RunCursor, type RunView, viewRun } from "./run-changes.ts";
import { isLive } from "./run-rows.ts";

/** What a reader gets. `restMs`: how long it should wait before it asks again. */
export type RunNews =
	| { readonly kind: "view"; readonly view: RunView; readonly restMs: number }
	/** Nothing has changed within the time. */
	| { readonly kind: "quiet" }
	/** The object does not have the run (any more). */
	| { readonly kind: "gone" };

/** What is new of a run after a cursor: at once, or when something changes within the time. */
export const followRun = async (state: ObjectState, bell: RunBell, runId: string, cursor: RunCursor, waitMs: number): Promise<RunNews> => {
	const look = (): RunNews | null => {
		const view = viewRun(state, runId, cursor, Date.now());
		if (view === null) return { kind: "gone" };
		return hasNews(view, cursor) ? { kind: "view", view, restMs: bell.pace.restMs(Date.now()) } : null;
	};
	return (await lookUntil(bell, runId, Math.min(waitMs, LIMITS.eventsLookMs), look)) ?? { kind: "quiet" };
};

/** Whether a run has ended; one that is not here has. */
export const isOver = (state: ObjectState, runId: string): boolean => {
	const row = state.runs.get(runId);
	return row === null || !isLive(row);
};

const InFlight = z.object({ id: z.string() });

/**
 * Resolves when nobody performs a call of the run any more, or when the time is over. Of a run that has just ended: its calls are told so, and the last of
 * them to stop is the last moment at which anything of it had an effect.
 */
export const untilQuiet = async (state: ObjectState, bell: RunBell, runId: string, waitMs: number): Promise<void> => {
	if (state.performing.size === 0) return;
	// A run that was settled meanwhile has given up its calls as unknown; who performs them still tells when it is done.
	const open = readRows(state.sql, InFlight, "SELECT id FROM calls WHERE run_id = ? AND status IN ('started', 'unknown')", runId);
	const look = (): true | null => (open.some(({ id }) => state.performing.has(id)) ? null : true);
	await lookUntil(bell, runId, waitMs, look);
};
