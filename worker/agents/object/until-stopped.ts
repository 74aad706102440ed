import type { CallInFlight } from "./calls-in-flight.ts";
import { isOver } from "./follow-run.ts";
import type { ObjectState } from "./object-state.ts";
import { lookUntil, type RunBell } from "./run-bell.ts";
import { isSwitchedOff } from "./switched-off.ts";

/** Why a call that is under way is to stop. */
export type StopReason = "run_over" | "grant_off";

/** Why a call is to stop, as soon as it is; null: it goes on, and the time is over. */
export const untilStopped = async (
	state: ObjectState,
	bell: RunBell,
	{ run, id }: CallInFlight,
	waitMs: number,
): Promise<StopReason | null> => {
	const grant = state.calls.line(id)?.record.grant ?? null;
	const untilMs = Date.now() + waitMs;
	for (;;) {
		if (isOver(state, run)) return "run_over";
		if (grant !== null && isSwitchedOff(state, grant)) return "grant_off";
		const leftMs = untilMs - Date.now();
		if (leftMs <= 0) return null;
		await bell.waitEnd(run, leftMs);
	}
};

/** Resolves when nobody performs any of the calls any more, or when the time is over: the last of them to stop is the last moment at which any has an effect. */
export const untilCallsQuiet = async (state: ObjectState, bell: RunBell, calls: readonly CallInFlight[], waitMs: number): Promise<void> => {
	const byRun = Map.groupBy(
		calls.filter(({ id }) => isPerformed(state, id)),
		({ run }) => run,
	);
	const quiet = [...byRun].map(([run, ofRun]) =>
		lookUntil(bell, run, waitMs, () => (ofRun.some(({ id }) => isPerformed(state, id)) ? null : true)),
	);
	await Promise.all(quiet);
};

const isPerformed = (state: ObjectState, callId: string): boolean => state.performing.has(callId) || state.underWay.has(callId);
