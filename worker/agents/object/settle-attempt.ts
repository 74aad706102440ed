import { LIMITS } from "../../../contract/limits.ts";
import { chargeRun } from "./charge-run.ts";
import { leavePlace } from "./live-place.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";

/** What an attempt used, measured on the host; zero where nobody can say. */
export interface Used {
	readonly cpuMs: number;
	readonly wallMs: number;
	readonly startedAtMs?: number | null;
	/** When the next timer of a program that waits is due, epoch milliseconds, by the isolate's word; null: none. */
	readonly timerAtMs?: number | null;
}

/** Shortest first sleep of a parked run, milliseconds. Each waking executes its program again, so that the next sleeps are longer: by the square of its attempts. */
const SLEEP_MS = 1_000;

/** Charges what an attempt used and gives back the rest of the run's hold: the next attempt makes its own. @returns the row with nobody executing it */
export const chargeAttempt = (state: ObjectState, row: RunRow, used: Used, nowMs: number): RunRow => {
	const charged = chargeRun(state, row, used, nowMs);
	state.awaited.drop(row.id);
	const startedAtMs = row.state.startedAtMs ?? used.startedAtMs ?? null;
	return { ...charged, claimed: 0, state: { ...charged.state, startedAtMs } };
};

/**
 * The isolate of a run that waits for a person is gone: nothing of it is left but rows. If what it waits for has come meanwhile, it goes back to the queue; the
 * alarm brings it there when a timer of its program is due.
 * @returns whether it should be executed now
 */
export const settleAttempt = (state: ObjectState, row: RunRow, used: Used, nowMs: number): "again" | "parked" => {
	const charged = chargeAttempt(state, row, used, nowMs);
	const again = row.state.woken && state.calls.unknownOf(row.id).length === 0;
	const left = again ? charged : leavePlace(state, charged, nowMs);
	state.runs.update({
		...left,
		status: again ? "queued" : "waiting_approval",
		lease_expires_at_ms: again ? nowMs + LIMITS.leaseMs : sleepsUntil(row.attempt, used.timerAtMs ?? null, nowMs),
		state: { ...left.state, woken: false, queuedAtMs: nowMs },
	});
	state.outbox.mark("run", row.id);
	return again ? "again" : "parked";
};

const sleepsUntil = (attempt: number, timerAtMs: number | null, nowMs: number): number | null =>
	timerAtMs === null ? null : Math.max(nowMs + SLEEP_MS * attempt * attempt, Math.min(timerAtMs, nowMs + LIMITS.approvalMs.max));
