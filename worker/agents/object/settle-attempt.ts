import { LIMITS } from "../../../contract/limits.ts";
import type { ObjectState } from "./object-state.ts";
import { priceFor } from "./price-for.ts";
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
	const runs = row.state.charged ? 0 : 1;
	const amount = { runs, cpuMs: Math.ceil(used.cpuMs), wallMs: Math.ceil(used.wallMs) };
	const charged = state.book.settle(row.id, { ...amount, usdMicros: priceFor(state, row, amount) }, nowMs)?.own;
	const { usage } = row.state;
	state.awaited.drop(row.id);
	return {
		...row,
		claimed: 0,
		state: {
			...row.state,
			charged: true,
			ownUsdMicros: row.state.ownUsdMicros === null ? null : row.state.ownUsdMicros + (charged?.usdMicros ?? 0),
			startedAtMs: row.state.startedAtMs ?? used.startedAtMs ?? null,
			usage: {
				...usage,
				cpuMs: usage.cpuMs + (charged?.cpuMs ?? 0),
				wallMs: usage.wallMs + (charged?.wallMs ?? 0),
				usdMicros: usage.usdMicros + (charged?.usdMicros ?? 0),
			},
		},
	};
};

/**
 * The isolate of a run that waits for a person is gone: nothing of it is left but rows. If what it waits for has come meanwhile, it goes back to the queue; the
 * alarm brings it there when a timer of its program is due.
 * @returns whether it should be executed now
 */
export const settleAttempt = (state: ObjectState, row: RunRow, used: Used, nowMs: number): "again" | "parked" => {
	const charged = chargeAttempt(state, row, used, nowMs);
	const again = row.state.woken && state.calls.unknownOf(row.id).length === 0;
	const { liveSlice } = row.state;
	// While it waits without an isolate it has no place among the tenant's live runs.
	if (liveSlice !== null && !again) state.slices.settleLive(liveSlice, nowMs);
	state.runs.update({
		...charged,
		status: again ? "queued" : "waiting_approval",
		lease_expires_at_ms: again ? nowMs + LIMITS.leaseMs : sleepsUntil(row.attempt, used.timerAtMs ?? null, nowMs),
		state: { ...charged.state, woken: false, queuedAtMs: nowMs, liveSlice: again ? liveSlice : null },
	});
	state.outbox.mark("run", row.id);
	return again ? "again" : "parked";
};

const sleepsUntil = (attempt: number, timerAtMs: number | null, nowMs: number): number | null =>
	timerAtMs === null ? null : Math.max(nowMs + SLEEP_MS * attempt * attempt, Math.min(timerAtMs, nowMs + LIMITS.approvalMs.max));
