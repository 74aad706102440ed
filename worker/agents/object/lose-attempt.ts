import { LIMITS } from "../../../contract/limits.ts";
import type { RunError, RunStatus } from "../../../contract/runs.ts";
import { closeCalls, abandonCall } from "./end-call.ts";
import { endRow, settleRun } from "./finish-run.ts";
import { leavePlace } from "./live-place.ts";
import type { ObjectState } from "./object-state.ts";
import type { RunRow } from "./run-rows.ts";
import { chargeAttempt, settleAttempt, type Used } from "./settle-attempt.ts";

/** How the run ends if it cannot be executed again. */
export interface LastEnd extends Used {
	readonly status: RunStatus;
	readonly error: RunError | null;
}

/** How long a run rests after it has died, milliseconds: what killed it twice may take a while to go. */
const PAUSES_MS = [0, 4_000, 16_000, 64_000];

const isTooOften = ({ state: { crashes, cuts } }: RunRow, cause: "lost" | "cut"): boolean =>
	cause === "lost" ? crashes >= LIMITS.crashesPerRun : cuts >= LIMITS.cutsPerRun;

const counted = ({ state: { crashes, cuts } }: RunRow, cause: "lost" | "cut"): { crashes: number; cuts: number } =>
	cause === "lost" ? { crashes: crashes + 1, cuts } : { crashes, cuts: cuts + 1 };

/**
 * What executed an attempt died. The run is taken up from its journal: it goes back to the queue, or waits for a person where nobody can say whether a call
 * happened that must not happen twice. Calls that somebody still performs are waited for. A run that has died too often, or whose journal is not whole, ends.
 * @param cause `cut`: only its isolate says that a call got no answer, which a program can bring about each time: counted apart, fewer times
 * @returns `again`: it should be executed now; `later`: the alarm brings it to the queue
 */
export const loseAttempt = (
	state: ObjectState,
	row: RunRow,
	end: LastEnd,
	nowMs: number,
	cause: "lost" | "cut" = "lost",
): "again" | "later" | "parked" | "ended" => {
	if (row.status === "waiting_approval") return settleAttempt(state, row, end, nowMs);
	if (row.state.mode === "replay" || !row.state.repeatable || isTooOften(row, cause)) {
		const closed = closeCalls(state, row, nowMs);
		settleRun(state, endRow(closed, end.status, end.error, nowMs), end, nowMs);
		return "ended";
	}
	for (const { record, idempotent } of state.calls.inFlight(row.id)) {
		if (state.performing.get(record.id) === "gate") continue;
		state.performing.delete(record.id);
		if (idempotent) continue;
		abandonCall(state, record.id, "Ending a call: what performed it died; nobody can say whether it happened", nowMs);
	}
	const known = state.runs.get(row.id) ?? row;
	const charged = chargeAttempt(state, known, end, nowMs);
	const waits = state.calls.unknownOf(row.id).length > 0;
	const { crashes, cuts } = row.state;
	const pauseMs = PAUSES_MS[cause === "lost" ? crashes : cuts] ?? LIMITS.leaseMs;
	const left = waits ? leavePlace(state, charged, nowMs) : charged;
	state.runs.update({
		...left,
		status: waits ? "waiting_approval" : "queued",
		lease_expires_at_ms: waits ? null : nowMs + (pauseMs === 0 ? LIMITS.leaseMs : pauseMs),
		state: { ...left.state, ...counted(row, cause), woken: false, queuedAtMs: nowMs },
	});
	state.outbox.mark("run", row.id);
	if (waits) return "parked";
	return pauseMs === 0 ? "again" : "later";
};
